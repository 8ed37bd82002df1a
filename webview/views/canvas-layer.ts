/** A canvas that is drawn in CSS pixels, sharp on screens of every density. */
export class CanvasLayer {
  private readonly context: CanvasRenderingContext2D | null;
  private width = 0;
  private height = 0;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext('2d');
  }

  /** Empties the canvas; undefined when there is nothing to draw on. */
  begin(width: number, height: number): CanvasRenderingContext2D | undefined {
    const { canvas, context } = this;
    const density = devicePixelRatio;
    const [wide, tall] = [Math.round(width * density), Math.round(height * density)];
    if (context === null || wide === 0 || tall === 0) return undefined;
    // A new size empties it, too.
    if (canvas.width !== wide || canvas.height !== tall) [canvas.width, canvas.height] = [wide, tall];
    if (this.width !== width) canvas.style.width = `${width}px`;
    if (this.height !== height) canvas.style.height = `${height}px`;
    [this.width, this.height] = [width, height];
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }
}
