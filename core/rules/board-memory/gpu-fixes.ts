import type { FirmwareSetting } from '../../board/board.ts';
import { gpuMemoryLimits } from '../../board/config-txt-names.ts';
import { linuxUse, noMapRanges } from '../../board/linux-use.ts';
import { type AddressRange, type AddressWindow, Coverage, intersection, overlaps, physRange } from '../../config/address-window.ts';
import { choice } from '../../fixes/source-text.ts';
import { writeNumber } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';
import { nearestFreePlace } from '../../system/free-place.ts';
import { higher } from '../../system/paint.ts';
import { addLine } from '../board-firmware/config-txt-lines.ts';
import type { BoardContext } from '../rule.ts';
import { allClaims, virtualPciRange } from './claims.ts';
import { rootCoverage } from './root-ram.ts';

const mib = 0x100000n;

/** Everything that may not lie in GPU memory. */
export function rangesOfSystem(context: BoardContext): readonly AddressRange[] {
  const window = virtualPciRange(context.system);
  return [...allClaims(context).flatMap(({ ranges }) => ranges), ...(window === undefined ? [] : [window])];
}

/**
 * `Set gpu_mem to 252`: the most that leaves alone what Jailhouse and the cells take. Nothing where that is less than the GPU needs, or where Linux
 * would get the memory instead.
 */
export function lowerGpuMemory(context: BoardContext, gpu: AddressWindow, setting: FirmwareSetting | undefined): readonly Fix[] {
  const { board, system } = context;
  const { firmware } = board;
  if (firmware === undefined) return [];
  const top = gpu.start + gpu.size;
  const taken = rangesOfSystem(context).filter((range) => overlaps(range, gpu));
  const needed = taken.reduce((end, range) => higher(end, range.start + range.size), gpu.start);
  const megabytes = (top - needed) / mib;
  if (needed >= top || megabytes < BigInt(gpuMemoryLimits.least)) return [];
  const freed = { start: gpu.start, size: top - megabytes * mib - gpu.start };
  const reserved = noMapRanges(board);
  const kept = new Coverage(reserved ?? []);
  if (reserved !== undefined && linuxUse(board).sure && taken.some((range) => !kept.covers(intersection(range, freed)))) return [];
  const covered = new Coverage([...rootCoverage(system).ranges, ...kept.ranges]);
  if (!covered.covers(freed)) return [];
  if (setting !== undefined)
    return [{ title: `Set gpu_mem to ${megabytes}`, needsChoice: true, edits: [{ span: setting.valueSpan, newText: `${megabytes}` }] }];
  const edit = addLine(firmware, `gpu_mem=${megabytes}`, context.text);
  return edit === undefined ? [] : [{ title: `Add gpu_mem=${megabytes} to config.txt`, needsChoice: true, edits: [edit] }];
}

/** Moves the hypervisor memory to the nearest reserved place that nobody has. */
export function moveHypervisorMemory({ board, system, cells }: BoardContext): readonly Fix[] {
  const memory = system.system?.hypervisorMemory;
  const reserved = noMapRanges(board);
  if (memory === undefined || reserved === undefined) return [];
  const window = virtualPciRange(system);
  // RAM of every board that is checked.
  const within = board.variants.reduce<readonly AddressRange[]>(
    (left, { ram }) => left.flatMap((range) => ram.filter((bank) => overlaps(bank, range)).map((bank) => intersection(bank, range))),
    new Coverage(reserved).ranges,
  );
  const place = nearestFreePlace({
    size: memory.size.value,
    alignment: 0x200000n,
    within,
    taken: [
      ...[system, ...cells].flatMap(({ memoryRegions }) => memoryRegions.map(physRange)),
      ...board.variants.flatMap(({ gpu }) => (gpu === undefined ? [] : [gpu])),
      ...(window === undefined ? [] : [window]),
    ],
    near: memory.physStart.value,
  });
  if (place === undefined) return [];
  return choice(`Move the hypervisor memory to ${hex(place)}`, writeNumber(system, memory, memory.physStart, place));
}
