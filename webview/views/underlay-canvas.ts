import type { MapBlockKind } from '@jailhouse-cells/protocol/map-messages.ts';
import type { AxisTransform } from '../axis-zoom.ts';
import { stretchIndexAt } from '../layout/axis.ts';
import type { DrawnBlock, MapModel } from '../model/map-model.ts';
import { CanvasLayer } from './canvas-layer.ts';
import type { ThemeColours } from './theme-colours.ts';

/** Blocks thinner than this, in pixels, are drawn on the canvas under the lanes; taller ones are elements. */
const leastBlock = 4;
/** Thin lines through all lanes are at least this far apart, in pixels. */
const leastEdge = 7;

/** True for a block that is too thin for an element of its own. Collisions and regions of size 0 always have one. */
export function isSliver({ top, bottom, collisions }: DrawnBlock, scale: number): boolean {
  return (bottom - top) * scale < leastBlock && collisions.length === 0 && top !== bottom;
}

/** Thin lines at the edges, and the blocks that are too thin for elements. Drawn anew with every frame of a movement. */
export class UnderlayCanvas {
  private readonly layer: CanvasLayer;
  private model: MapModel | undefined;
  private kinds: ReadonlyMap<MapBlockKind, readonly DrawnBlock[]> = new Map();

  constructor(canvas: HTMLCanvasElement) {
    this.layer = new CanvasLayer(canvas);
  }

  draw(model: MapModel, { scale, offset }: AxisTransform, width: number, height: number, colours: ThemeColours): void {
    const context = this.layer.begin(width, height);
    if (context === undefined) return;
    context.fillStyle = colours.dim;
    context.globalAlpha = 0.2;
    const { stretches } = model.axis;
    let partBefore = Number.NaN;
    for (let index = stretchIndexAt(model.axis, -offset / scale); index < stretches.length; index++) {
      const pixels = (stretches[index]?.top ?? 0) * scale;
      if (pixels + offset > height) break;
      const part = Math.floor(pixels / leastEdge);
      if (part !== partBefore && pixels + offset >= 0) context.fillRect(0, Math.round(pixels + offset), width, 1);
      partBefore = part;
    }
    // The free gaps have a lane of their own behind the others.
    const share = width / (model.lanes.length + 1);
    context.globalAlpha = 0.8;
    for (const [kind, blocks] of this.byKind(model)) {
      context.fillStyle = colours.kinds.get(kind) ?? colours.dim;
      for (const drawn of blocks) {
        const top = drawn.top * scale + offset;
        const bottom = drawn.bottom * scale + offset;
        if (bottom < 0 || top > height || !isSliver(drawn, scale)) continue;
        const y = Math.round(top);
        context.fillRect(drawn.laneIndex * share + 3, y, share - 6, Math.max(1, Math.round(bottom) - y));
      }
    }
  }

  /** Blocks of a colour are drawn one after the other. */
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
