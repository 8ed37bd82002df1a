import type { Board, BoardVariant } from '../board/board.ts';
import { type AddressWindow, Coverage } from '../config/address-window.ts';
import { hex } from '../source/numbers.ts';
import type { Span } from '../source/span.ts';
import { edgesOf, type Range } from '../system/paint.ts';
import { type Block, type BlockKind, type Lane, rangeFrom, sortBlocks } from './model.ts';

interface BoardPart {
  readonly kind: BlockKind;
  readonly key: string;
  readonly name: string;
  readonly range: Range;
  readonly span: Span;
  readonly places?: readonly Span[];
  readonly owner?: string;
  readonly flags?: readonly string[];
  readonly detail?: string | undefined;
}

/**
 * What the board has where: RAM, the GPU's part of it, reservations, devices, PCI hosts, interrupt controller. RAM is cut at `ramEdges`, too: where
 * RAM of other sizes of the board ends, so that its blocks are the same whichever size is drawn.
 */
export function boardLane(board: Board, ramEdges: readonly bigint[]): Lane {
  const controllers = gicParts(board);
  const hosts = hostParts(board);
  const known = new Set([...controllers, ...hosts].map(({ range }) => `${range.start}`));
  const parts = [...ramParts(board.variants, ramEdges), ...gpuParts(board.variants), ...reservedParts(board), ...controllers, ...hosts];
  // The nodes of controller and hosts are devices, too.
  parts.push(...deviceParts(board).filter(({ range }) => !known.has(`${range.start}`)));
  const times = new Map<string, number>();
  const blocks = parts.map((part): Block => {
    const time = (times.get(part.key) ?? 0) + 1;
    times.set(part.key, time);
    return {
      id: `board:${part.key}${time === 1 ? '' : `#${time}`}`,
      kind: part.kind,
      name: part.name,
      detail: part.detail,
      ...part.range,
      other: undefined,
      flags: part.flags ?? [],
      owner: part.owner ?? board.name,
      span: part.span,
      places: [part.span, ...(part.places ?? [])],
      link: undefined,
      reachable: true,
    };
  });
  return { id: 'board', title: board.name, kind: 'board', config: undefined, blocks: sortBlocks(blocks) };
}

/** RAM in pieces that the same variants have, so that a piece says which boards it is on. */
function ramParts(variants: readonly BoardVariant[], ramEdges: readonly bigint[]): readonly BoardPart[] {
  const having = variants.map(({ ram }) => new Coverage(ram));
  const cuts = new Set(ramEdges);
  const edges = edgesOf([
    ...variants.flatMap(({ ram }) => ram.map(({ start, size }) => rangeFrom(start, size))),
    ...ramEdges.map((edge) => ({ start: edge, end: edge })),
  ]);
  const pieces: { range: Range; on: readonly number[] }[] = [];
  for (let at = 0; at + 1 < edges.length; at++) {
    const range = { start: edges[at] as bigint, end: edges[at + 1] as bigint };
    const piece = { start: range.start, size: range.end - range.start };
    const on = variants.flatMap((_, index) => (having[index]?.covers(piece) ? [index] : []));
    const last = pieces.at(-1);
    if (on.length === 0) continue;
    if (last !== undefined && last.range.end === range.start && last.on.join() === on.join() && !cuts.has(range.start))
      last.range = { start: last.range.start, end: range.end };
    else pieces.push({ range, on });
  }
  return pieces.flatMap(({ range, on }): readonly BoardPart[] => {
    const banks = on.flatMap((index) => variants[index]?.ram ?? []);
    const [first] = banks.filter((bank) => bank.start < range.end && bank.start + bank.size > range.start);
    if (first === undefined) return [];
    const everywhere = on.length === variants.length;
    const names = on.map((index) => variants[index]?.name ?? '').filter((name) => name !== '');
    const spans = banks.map(({ span }) => span);
    return [
      {
        kind: 'ram',
        // By the start: the names of the sizes change with those that are drawn.
        key: `ram:${hex(range.start)}`,
        name: everywhere || names.length === 0 ? 'RAM' : `RAM of ${names.join(' and ').replace(/ and (?=.* and )/g, ', ')}`,
        range,
        span: first.span,
        places: distinct(spans),
      },
    ];
  });
}

function gpuParts(variants: readonly BoardVariant[]): readonly BoardPart[] {
  const windows = new Map<string, AddressWindow>();
  for (const { gpu } of variants) if (gpu !== undefined) windows.set(`${gpu.start} ${gpu.size}`, gpu);
  return [...windows.values()].map((gpu) => ({
    kind: 'gpu',
    key: 'gpu',
    name: 'GPU memory',
    range: rangeFrom(gpu.start, gpu.size),
    span: gpu.span,
    owner: 'the GPU',
  }));
}

function reservedParts(board: Board): readonly BoardPart[] {
  return (board.reserved ?? []).map((reserved) => ({
    kind: 'reserved',
    key: `reserved:${reserved.node?.name.replace(/@.*/, '') ?? reserved.from}`,
    name: reserved.name,
    range: rangeFrom(reserved.start, reserved.size),
    span: reserved.span,
    places: reserved.node === undefined ? [] : [reserved.node.span],
    flags: [...(reserved.noMap ? ['no-map'] : []), ...(reserved.reusable ? ['reusable'] : [])],
  }));
}

function gicParts({ gic }: Board): readonly BoardPart[] {
  if (gic === undefined) return [];
  const units = [
    ['GICD', gic.gicd],
    ['GICC', gic.gicc],
    ['GICH', gic.gich],
    ['GICV', gic.gicv],
    ...gic.gicr.map((window) => ['GICR', window] as const),
  ] as const;
  return units.flatMap(([name, window]): readonly BoardPart[] =>
    window === undefined
      ? []
      : [{ kind: 'gic', key: `gic:${name}`, name, range: rangeFrom(window.start, window.size), span: window.span, places: [gic.span] }],
  );
}

function hostParts(board: Board): readonly BoardPart[] {
  return board.pciHosts.flatMap(({ name, registers, windows, enabled, span, node }) => {
    const flags = enabled ? [] : ['disabled'];
    const places = node === undefined ? [span] : [span, node.span];
    const part = (window: AddressWindow, key: string, detail: string): BoardPart => ({
      kind: 'pci',
      key: `pci:${name}:${key}`,
      name,
      detail,
      range: rangeFrom(window.start, window.size),
      span: window.span,
      places,
      flags,
    });
    return [
      ...registers.map((window) => part(window, 'registers', 'registers')),
      ...windows.map((window) => part(window, 'window', 'window to the bus')),
    ];
  });
}

function deviceParts(board: Board): readonly BoardPart[] {
  return board.devices.flatMap(({ name, path, compatible, windows, enabled, span }) =>
    windows.map(
      (window): BoardPart => ({
        kind: 'device',
        key: `device:${path || name}`,
        name,
        detail: compatible[0],
        range: rangeFrom(window.start, window.size),
        span: window.span,
        places: [span],
        flags: enabled ? [] : ['disabled'],
      }),
    ),
  );
}

function distinct(spans: readonly Span[]): readonly Span[] {
  return [...new Map(spans.map((span) => [`${span.file}:${span.start}:${span.end}`, span])).values()];
}
