import { type Selection, select } from 'd3-selection';
import 'd3-transition';
import { type D3ZoomEvent, type ZoomBehavior, zoom, zoomIdentity } from 'd3-zoom';

/** Pixel of zoom 1 ─► pixel of the view: `y * scale + offset`. */
export interface AxisTransform {
  readonly scale: number;
  readonly offset: number;
}

/** Smallest view that is worth zooming in, in pixels. */
const leastView = 40;

/** Wheel, drag, touch and commands that zoom and pan the axis; tells the view of every change, once a frame. */
export class AxisZoom {
  private readonly behavior: ZoomBehavior<HTMLElement, unknown>;
  private readonly target: Selection<HTMLElement, unknown, null, undefined>;
  private viewHeight = leastView;
  private axisHeight = 1;
  private frame: number | undefined;
  private latest: AxisTransform = { scale: 1, offset: 0 };

  constructor(
    private readonly element: HTMLElement,
    private readonly changed: (transform: AxisTransform) => void,
  ) {
    this.behavior = zoom<HTMLElement, unknown>()
      .filter((event: MouseEvent) => event.button === 0 && (!event.ctrlKey || event.type === 'wheel') && !event.shiftKey)
      .clickDistance(4)
      .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => {
        this.latest = { scale: event.transform.k, offset: event.transform.y };
        this.frame ??= requestAnimationFrame(() => {
          this.frame = undefined;
          this.changed(this.latest);
        });
      });
    this.target = select(element);
    this.target.call(this.behavior).on('dblclick.zoom', null);
  }

  /** Heights of the view and of the axis at zoom 1. */
  resize(viewHeight: number, axisHeight: number): void {
    this.viewHeight = Math.max(viewHeight, leastView);
    this.axisHeight = Math.max(axisHeight, 1);
    const width = this.element.clientWidth;
    this.behavior
      .extent([
        [0, 0],
        [width, this.viewHeight],
      ])
      .translateExtent([
        [0, 0],
        [width, this.axisHeight],
      ])
      .scaleExtent([this.fitScale, Math.max(16, this.fitScale * 4)]);
  }

  get fitScale(): number {
    return this.viewHeight / this.axisHeight;
  }

  get transform(): AxisTransform {
    return this.latest;
  }

  get fits(): boolean {
    return Math.abs(this.latest.scale - this.fitScale) < this.fitScale * 1e-6;
  }

  fit(smooth: boolean): void {
    this.go({ scale: this.fitScale, offset: 0 }, smooth);
  }

  /** Zooms at the middle of the view. */
  zoomBy(factor: number): void {
    if (stillness()) this.target.interrupt().call(this.behavior.scaleBy, factor);
    else this.target.transition().duration(duration).call(this.behavior.scaleBy, factor);
  }

  /** @param share Part of the view's height; positive goes to higher addresses. */
  pan(share: number): void {
    this.go({ scale: this.latest.scale, offset: this.latest.offset - share * this.viewHeight }, true);
  }

  /** Shows a part of the axis, pixels at zoom 1, with room around it. */
  zoomTo(top: number, bottom: number): void {
    const height = Math.max(bottom - top, 1);
    const scale = this.clamp((this.viewHeight * 0.6) / height);
    this.go({ scale, offset: this.viewHeight / 2 - ((top + bottom) / 2) * scale }, true);
  }

  /** Pans, and zooms in if it is too thin to be read, so that a part of the axis is to be seen. */
  bringIntoView(top: number, bottom: number, readable: number): void {
    const { scale, offset } = this.latest;
    const wanted = bottom > top && (bottom - top) * scale < readable ? this.clamp(readable / (bottom - top)) : scale;
    const [first, last] = [top * scale + offset, bottom * scale + offset];
    if (wanted === scale && last > 0 && first < this.viewHeight && (first >= 0 || last >= Math.min(80, last - first))) return;
    this.go({ scale: wanted, offset: this.viewHeight / 2 - ((top + bottom) / 2) * wanted }, true);
  }

  go({ scale, offset }: AxisTransform, smooth: boolean): void {
    const held = this.clamp(scale);
    const lowest = Math.min(0, this.viewHeight - this.axisHeight * held);
    const transform = zoomIdentity.translate(0, Math.max(lowest, Math.min(0, offset))).scale(held);
    if (smooth && !stillness()) this.target.transition().duration(duration).call(this.behavior.transform, transform);
    else this.target.interrupt().call(this.behavior.transform, transform);
  }

  dispose(): void {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.target.interrupt().on('.zoom', null);
  }

  private clamp(scale: number): number {
    const [least, most] = this.behavior.scaleExtent();
    return Math.max(least, Math.min(most, scale));
  }
}

/** Of a movement of the axis, in milliseconds. */
const duration = 180;

/** True where the user asked the system for less motion. */
function stillness(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
