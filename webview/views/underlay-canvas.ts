import type { MapBlockKind } from '@jailhouse-cells/protocol/map-messages.ts';
import type { AxisTransform } from '../axis-zoom.ts';
import { stretchIndexAt } from '../layout/axis.ts';
import type { DrawnBlock, MapModel } from '../model/map-model.ts';
import type { ThemeColours } from './theme-colours.ts';

/** Blocks thinner than this, in pixels, are drawn on the canvas under the lanes; taller ones are elements. */
const leastBlock = 4;
/** Thin lines through all lanes are at least this far apart, in pixels. */
const leastEdge = 7;

/** Collisions of a map that are few enough for all of their parts to be drawn, however thin. */
export const manyCollisions = 100;

/** True for a block of a map that is too thin for an element of its own. A region of size 0 always has one, and so has a collision, unless there are many. */
export function isSliver({ collisions: all }: MapModel, { top, bottom, collisions }: DrawnBlock, scale: number): boolean {
  return (bottom - top) * scale < leastBlock && (collisions.length === 0 || all.length > manyCollisions) && top !== bottom;
}

/** Shares of the colours that show. */
const edgeOpacity = 0.2;
const sliverOpacity = 0.85;
/** Pixels of the view that are one of the canvas, from left to right: also what is left free at the sides of a lane. */
const coarse = 3;

/**
 * Thin lines at the edges, and the blocks that are too thin for elements. Thousands of them are drawn anew with every frame of a movement: rows of pixels
 * are much faster to write than rectangles to draw. All are as wide as the lanes, so the canvas is coarse from left to right.
 */
export class UnderlayCanvas {
  private readonly context: CanvasRenderingContext2D | null;
  private image: ImageData | undefined;
  private pixels = new Uint32Array();
  private readonly values = new Map<string, number>();
  private model: MapModel | undefined;
  private kinds: ReadonlyMap<MapBlockKind, readonly DrawnBlock[]> = new Map();

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext('2d');
  }

  draw(model: MapModel, { scale, offset }: AxisTransform, width: number, height: number, colours: ThemeColours): void {
    // The free gaps have a lane of their own behind the others.
    const lanes = model.lanes.length + 1;
    const share = Math.max(4, Math.round(width / lanes / coarse));
    const density = devicePixelRatio;
    const [wide, tall] = [share * lanes, Math.round(height * density)];
    const image = this.sized(wide, tall);
    if (image === undefined) return;
    const { pixels } = this;
    pixels.fill(0);
    const { stretches } = model.axis;
    const edge = this.valueOf(colours.dim, edgeOpacity);
    let partBefore = Number.NaN;
    for (let index = stretchIndexAt(model.axis, -offset / scale); index < stretches.length; index++) {
      const y = (stretches[index]?.top ?? 0) * scale;
      if (y + offset > height) break;
      const part = Math.floor(y / leastEdge);
      const row = Math.round((y + offset) * density);
      if (part !== partBefore && row >= 0) pixels.fill(edge, row * wide, (row + 1) * wide);
      partBefore = part;
    }
    for (const [kind, blocks] of this.byKind(model)) {
      const value = this.valueOf(colours.kinds.get(kind) ?? colours.dim, sliverOpacity);
      for (const drawn of blocks) {
        const top = drawn.top * scale + offset;
        const bottom = drawn.bottom * scale + offset;
        if (bottom < 0 || top > height || !isSliver(model, drawn, scale)) continue;
        const [left, right] = [drawn.laneIndex * share + 1, (drawn.laneIndex + 1) * share - 1];
        const first = Math.round(top * density);
        const end = Math.min(tall, Math.max(first + Math.round(density), Math.round(bottom * density)));
        for (let row = Math.max(0, first); row < end; row++) pixels.fill(value, row * wide + left, row * wide + right);
      }
    }
    this.context?.putImageData(image, 0, 0);
  }

  private sized(wide: number, tall: number): ImageData | undefined {
    if (wide === 0 || tall === 0) return undefined;
    if (this.image?.width === wide && this.image.height === tall) return this.image;
    [this.canvas.width, this.canvas.height] = [wide, tall];
    this.image = new ImageData(wide, tall);
    this.pixels = new Uint32Array(this.image.data.buffer);
    return this.image;
  }

  /** A colour as a pixel has it in memory. */
  private valueOf(colour: string, opacity: number): number {
    const key = `${colour} ${opacity}`;
    const known = this.values.get(key);
    if (known !== undefined) return known;
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    if (context === null) return 0;
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const { data } = context.getImageData(0, 0, 1, 1);
    data[3] = Math.round((data[3] ?? 255) * opacity);
    const value = new Uint32Array(data.buffer)[0] ?? 0;
    this.values.set(key, value);
    return value;
  }

  /** The blocks of each colour. */
  private byKind(model: MapModel): ReadonlyMap<MapBlockKind, readonly DrawnBlock[]> {
    if (this.model === model) return this.kinds;
    const kinds = new Map<MapBlockKind, DrawnBlock[]>();
    for (const drawn of model.blocks.values()) {
      const { kind } = drawn.block;
      const group = kinds.get(kind);
      if (group === undefined) kinds.set(kind, [drawn]);
      else group.push(drawn);
    }
    this.model = model;
    this.kinds = kinds;
    return kinds;
  }
}
