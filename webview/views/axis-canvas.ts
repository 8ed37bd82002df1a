import type { AxisTransform } from '../axis-zoom.ts';
import { type AxisStretch, stretchIndexAt } from '../layout/axis.ts';
import { type AxisLabel, type EdgeOnScreen, labelLine, placeLabels } from '../layout/axis-labels.ts';
import { hex, humanSize } from '../model/address.ts';
import type { MapModel } from '../model/map-model.ts';
import { CanvasLayer } from './canvas-layer.ts';
import type { ThemeColours } from './theme-colours.ts';

/** Pixels of a digit in the labels' font size, and of the lines and break marks beside the labels. */
const digitWidth = 6.7;
const besideLabels = 34;
/** Pixels of a stretch that has room for a break mark, and for its size in words. */
const leastBreak = 18;
const leastBreakText = 34;

/** Pixels that the labels of a map need, with room for a count of edges that share one. */
export function axisWidth({ axis: { stretches } }: MapModel): number {
  const last = stretches.at(-1)?.end ?? 0n;
  // All of them never share one label.
  const count = String(Math.floor(stretches.length / 8)).length;
  return Math.ceil(besideLabels + (hex(last).length + 2 + count) * digitWidth);
}

/** Labels of all edges in the view, and break marks with the size of what is compressed. Drawn anew with every frame of a movement. */
export class AxisCanvas {
  private readonly layer: CanvasLayer;
  private labels: readonly AxisLabel[] = [];

  constructor(canvas: HTMLCanvasElement) {
    this.layer = new CanvasLayer(canvas);
    canvas.addEventListener('pointermove', ({ offsetY }) => {
      const shared = this.labels.find(({ textY, more }) => more > 0 && Math.abs(textY - offsetY) <= labelLine / 2);
      canvas.title = shared === undefined ? '' : `${shared.more + 1} edges from ${hex(shared.address)} to ${hex(shared.last)}`;
    });
  }

  draw(model: MapModel, { scale, offset }: AxisTransform, height: number, colours: ThemeColours): void {
    const width = axisWidth(model);
    // Labels at the very ends stand half outside of the view.
    const context = this.layer.begin(width, height + labelLine);
    if (context === undefined) return;
    context.translate(0, labelLine / 2);
    const { edges, breaks } = inView(model, { scale, offset }, height);
    this.labels = placeLabels(edges, height, labelLine, offset);
    context.lineWidth = 1;
    context.strokeStyle = colours.dim;
    context.globalAlpha = 0.6;
    context.beginPath();
    for (const { y, textY } of this.labels) {
      context.moveTo(width - 26, textY);
      context.lineTo(width - 18, textY);
      context.lineTo(width - 8, y);
      context.lineTo(width, y);
    }
    context.stroke();
    context.globalAlpha = 1;
    context.lineWidth = 1.4;
    context.strokeStyle = colours.text;
    context.beginPath();
    for (const { top, height: tall } of breaks) breakMark(context, width - 4, top * scale + offset, tall * scale);
    context.stroke();
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillStyle = colours.text;
    context.font = `11px ${colours.fixedFont}`;
    for (const { textY, address, more } of this.labels) {
      context.fillText(more > 0 ? `${hex(address)} +${more}` : hex(address), width - 28, textY);
    }
    context.fillStyle = colours.dim;
    context.font = `italic 11px ${colours.font}`;
    let next = 0;
    for (const { start, end, top, height: tall } of breaks) {
      const middle = (top + tall / 2) * scale + offset;
      while ((this.labels[next]?.textY ?? Number.POSITIVE_INFINITY) < middle - labelLine) next++;
      // Where labels have moved into a stretch, they are worth more than its size.
      if (tall * scale < leastBreakText || (this.labels[next]?.textY ?? Number.POSITIVE_INFINITY) < middle + labelLine) continue;
      context.fillText(humanSize(end - start), width - 30, middle);
    }
  }
}

function inView(model: MapModel, { scale, offset }: AxisTransform, height: number) {
  const { stretches } = model.axis;
  const edges: EdgeOnScreen[] = [];
  const breaks: AxisStretch[] = [];
  const add = (address: bigint, y: number) => {
    if (y >= -1 && y <= height + 1) edges.push({ address, y });
  };
  for (let index = stretchIndexAt(model.axis, -offset / scale); index < stretches.length; index++) {
    const stretch = stretches[index];
    if (stretch === undefined) break;
    const y = stretch.top * scale + offset;
    if (y > height + 1) break;
    add(stretch.start, y);
    if (stretch.compressed && stretch.height * scale >= leastBreak) breaks.push(stretch);
  }
  const last = stretches.at(-1);
  if (last !== undefined) add(last.end, (last.top + last.height) * scale + offset);
  return { edges, breaks };
}

/** A zigzag in the middle of a stretch. */
function breakMark(context: CanvasRenderingContext2D, right: number, top: number, tall: number): void {
  const reach = Math.min(10, tall / 2 - 4);
  const middle = top + tall / 2;
  for (const [index, part] of [-1, -0.5, 0, 0.5, 1].entries()) {
    const x = right - (index % 2 === 0 ? 0 : 8);
    if (index === 0) context.moveTo(x, middle + part * reach);
    else context.lineTo(x, middle + part * reach);
  }
}
