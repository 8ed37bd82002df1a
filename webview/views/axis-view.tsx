import type { AxisTransform } from '../axis-zoom.ts';
import { placeLabels } from '../layout/axis-labels.ts';
import { hex, humanSize } from '../model/address.ts';
import type { MapModel } from '../model/map-model.ts';

/** Pixels of a digit in the labels' font size, and of the lines and break marks beside the labels. */
const digitWidth = 6.7;
const besideLabels = 34;

/** Pixels that the labels of a map need, with room for a count of edges that share one. */
export function axisWidth({ axis }: MapModel): number {
  const last = axis.stretches.at(-1)?.end ?? 0n;
  return Math.ceil(besideLabels + (hex(last).length + 3) * digitWidth);
}

/** Labels of all edges in the view, and break marks with the size of what is compressed. */
export function AxisView({ model, transform, height }: { model: MapModel; transform: AxisTransform; height: number }) {
  const { scale, offset } = transform;
  const { stretches } = model.axis;
  const width = axisWidth(model);
  const visible = stretches.filter(({ top, height: tall }) => top * scale + offset <= height && (top + tall) * scale + offset >= 0);
  const edges = visible.map(({ start, top }) => ({ address: start, y: top * scale + offset }));
  const last = visible.at(-1);
  if (last !== undefined) edges.push({ address: last.end, y: (last.top + last.height) * scale + offset });
  const labels = placeLabels(
    edges.filter(({ y }) => y >= -1 && y <= height + 1),
    height,
  );
  return (
    <div class="axis" aria-hidden="true">
      <svg class="axis-lines" width={width} height={height} focusable="false">
        <title>Address axis</title>
        {/* One path each: the axis is drawn with every frame of a movement. */}
        <path
          class="edge-line"
          d={labels.map(({ y, textY }) => `M${width - 26} ${textY}L${width - 18} ${textY}L${width - 8} ${y}L${width} ${y}`).join('')}
        />
        <path
          class="break-line"
          d={visible
            .filter((stretch) => stretch.compressed && stretch.height * scale >= 18)
            .map(({ top, height: tall }) => breakMark(width - 4, top * scale + offset, tall * scale))
            .join('')}
        />
      </svg>
      {labels.map(({ textY, address, more, last: end }) => (
        <span
          key={hex(address)}
          class="edge-label"
          style={{ top: `${textY}px` }}
          title={more > 0 ? `${more + 1} edges up to ${hex(end)}` : undefined}
        >
          {more > 0 ? `${hex(address)} +${more}` : hex(address)}
        </span>
      ))}
      {visible
        .filter((stretch) => stretch.compressed && stretch.height * scale >= 34)
        .map(({ start, end, top, height: tall }) => (
          <span key={hex(start)} class="break-label" style={{ top: `${(top + tall / 2) * scale + offset}px` }}>
            {humanSize(end - start)}
          </span>
        ))}
    </div>
  );
}

/** A zigzag in the middle of a stretch. */
function breakMark(right: number, top: number, tall: number): string {
  const reach = Math.min(10, tall / 2 - 4);
  const middle = top + tall / 2;
  const points = [-1, -0.5, 0, 0.5, 1].map((part, index) => `${right - (index % 2 === 0 ? 0 : 8)} ${middle + part * reach}`);
  return `M${points.join('L')}`;
}
