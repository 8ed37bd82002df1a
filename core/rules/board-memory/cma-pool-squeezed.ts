import type { Board, BoardVariant, DynamicReservation } from '../../board/board.ts';
import { memoryLimits } from '../../board/kernel-limits.ts';
import { type AddressRange, Coverage, intersection, overlaps } from '../../config/address-window.ts';
import { property } from '../../devicetree/tree-access.ts';
import type { Fix } from '../../source/finding.ts';
import { humanSize } from '../../source/numbers.ts';
import type { Span } from '../../source/span.ts';
import { roundDown, roundUp } from '../../system/free-place.ts';
import { lower } from '../../system/paint.ts';
import type { BoardContext, BoardRule } from '../rule.ts';
import { variantsWhere } from '../variants.ts';
import { rangeText } from '../wording.ts';
import { allClaims } from './claims.ts';

const mib = 0x100000n;
/** A pool starts and ends at whole page blocks: 4 MiB with pages of 4 KiB (kernel/dma/contiguous.c, CMA_MIN_ALIGNMENT_BYTES). */
const alignment = 4n * mib;
/** DMA of the BCM2711 reaches the first GiB; pools of Linux lie there (arch/arm64/mm/init.c: the zone of 30 bits). */
const dmaReachOfPi: AddressRange = { start: 0n, size: 1n << 30n };

interface Pool {
  readonly name: string;
  readonly size: bigint;
  /** Where it may go; empty: anywhere. */
  readonly within: readonly AddressRange[];
  readonly span: Span;
  /** A smaller size, where that is a number in a text. */
  readonly shrink: (megabytes: bigint) => readonly Fix[];
}

export const cmaPoolSqueezed: BoardRule = {
  id: 'cma-pool-squeezed',
  title: 'No room for the CMA pool of Linux',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['BRD-cma'],
  prose: {
    meaning:
      'Linux sets a stretch of RAM aside at boot for the buffers of devices (CMA): by a node of `/reserved-memory` with `size` and `alloc-ranges`, by `cma=` on the command line, or on a Raspberry Pi by `cma-256` and the like behind `dtoverlay=vc4-kms-v3d` in config.txt. It has to fit in one piece between what is reserved, GPU memory and the memory of Jailhouse and the cells. On a Raspberry Pi it lies in the first GiB.',
    onTheBoard:
      'Linux logs "cma: Failed to reserve ... MiB" and goes on without the pool: no graphics, no camera, drivers fail with -ENOMEM (kernel/dma/contiguous.c; drivers/of/of_reserved_mem.c: "failed to allocate memory for node"). What Linux itself has allocated there before is not counted, so a pool that just fits may fail as well.',
    remedy: 'Make the pool smaller, or reserve less in the range where it may lie.',
  },
  bad: '# 256 MiB are reserved at 0x10000000, the GPU has what is above 0x30000000\ncma=512M',
  good: 'cma=128M',
  check(context, report) {
    const { board, system, member } = context;
    if (member !== system || board.reserved === undefined) return;
    const claims = allClaims(context).flatMap(({ ranges }) => ranges);
    const taken = new Coverage([...board.reserved, ...claims]);
    for (const pool of poolsOf(context)) {
      const within = pool.within.length === 0 ? [{ start: 0n, size: 1n << 64n }] : pool.within;
      const room = (variant: BoardVariant): bigint => largest(variant, within, taken);
      const on = variantsWhere(board, (variant) => room(variant) < pool.size);
      if (on === undefined) continue;
      const left = on.variants.map(room).reduce((least, size) => lower(size, least));
      const neighbours = board.reserved.filter((range) => within.some((part) => overlaps(part, range)));
      report({
        span: pool.span,
        message: `${pool.name} wants ${humanSize(pool.size)} in one piece${pool.within.length === 0 ? '' : ` in ${pool.within.map(rangeText).join(', ')}`}, but besides what is reserved, GPU memory and the memory of Jailhouse at most ${humanSize(left)} are left${on.text}: Linux boots without the pool, and graphics or other drivers fail. Make it smaller, or reserve less there.`,
        related: neighbours.slice(0, 6).map((range) => ({ span: range.span, message: `${range.name} reserves ${rangeText(range)}` })),
        fixes: () => (left >= alignment ? pool.shrink(left / mib) : []),
      });
    }
  },
};

/** The longest stretch of whole blocks that a pool could have. */
function largest(variant: BoardVariant, within: readonly AddressRange[], taken: Coverage): bigint {
  let best = 0n;
  for (const range of within) {
    for (const bank of variant.linux.filter((candidate) => overlaps(candidate, range))) {
      for (const gap of taken.gaps(intersection(bank, range))) {
        const size = roundDown(gap.start + gap.size, alignment) - roundUp(gap.start, alignment);
        if (size > best) best = size;
      }
    }
  }
  return best;
}

function poolsOf({ board, text }: BoardContext): readonly Pool[] {
  const reach = board.kind === 'raspberry-pi-4' ? [dmaReachOfPi] : [];
  const inTree = (board.dynamicReserved ?? []).filter(({ reusable }) => reusable);
  const isDefault = ({ node }: DynamicReservation): boolean => property(node, 'linux,cma-default') !== undefined;
  const others = inTree.filter((pool) => !isDefault(pool)).map(poolOfTree);
  const { cma } = memoryLimits(board.commandLine);
  // The word on the command line counts instead of the node.
  if (cma !== undefined) {
    if (cma.size === 0n) return others;
    const start = cma.start ?? 0n;
    const exact = cma.start !== undefined && cma.end === undefined;
    const end = exact ? start + cma.size : cma.end;
    const within = end !== undefined && end > start ? [{ start, size: end - start }] : reach;
    return [...others, { name: 'The pool of cma=', size: cma.size, within, span: cma.span, shrink: shrinkWord(cma.span, text) }];
  }
  const tree = inTree.filter(isDefault).map(poolOfTree);
  const overlay = poolOfOverlay(board, text);
  return [...others, ...(overlay === undefined ? tree : [{ ...overlay, within: tree[0]?.within ?? reach }])];
}

function poolOfTree({ name, size, within, span }: DynamicReservation): Pool {
  return { name: `The pool ${name}`, size, within, span, shrink: () => [] };
}

/** `dtoverlay=vc4-kms-v3d,cma-256` (firmware/overlays/README: sizes in MB). */
function poolOfOverlay({ firmware }: Board, text: BoardContext['text']): Omit<Pool, 'within'> | undefined {
  for (const { value, valueSpan } of firmware?.overlays ?? []) {
    const match = /,cma-(\d{2,4})\b/.exec(value);
    if (match?.[1] === undefined) continue;
    const span = { file: valueSpan.file, start: valueSpan.start + match.index + 1, end: valueSpan.start + match.index + match[0].length };
    const exact = text(span.file)?.slice(span.start, span.end) === match[0].slice(1);
    const shrink = (megabytes: bigint): readonly Fix[] => {
      const fitting = overlaySizes.findLast((size) => size <= megabytes);
      if (!exact || fitting === undefined) return [];
      return [{ title: `Set cma-${fitting}`, needsChoice: true, edits: [{ span, newText: `cma-${fitting}` }] }];
    };
    return { name: `The pool of ${match[0].slice(1)}`, size: BigInt(match[1]) * mib, span: exact ? span : valueSpan, shrink };
  }
  return undefined;
}

/** What the overlay offers. */
const overlaySizes: readonly bigint[] = [64n, 96n, 128n, 192n, 256n, 320n, 384n, 448n, 512n];

function shrinkWord(span: Span, text: BoardContext['text']): Pool['shrink'] {
  return (megabytes) => {
    const typed = text(span.file)?.slice(span.start, span.end);
    if (typed === undefined || !/^cma=[^@]+$/.test(typed)) return [];
    return [{ title: `Set cma=${megabytes}M`, needsChoice: true, edits: [{ span, newText: `cma=${megabytes}M` }] }];
  };
}
