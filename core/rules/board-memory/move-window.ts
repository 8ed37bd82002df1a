import { deviceStretches } from '../../board/device-stretches.ts';
import { type AddressRange, Coverage, overlaps, physRange, virtRange } from '../../config/address-window.ts';
import { gicWindows, iommuWindows } from '../../config/intercepted-windows.ts';
import { choice, together } from '../../fixes/source-text.ts';
import { setRegAddress } from '../../fixes/tree-cells.ts';
import { writeNumber } from '../../fixes/values.ts';
import type { Fix, TextEdit } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';
import { nearestFreePlace, roundDown, roundUp } from '../../system/free-place.ts';
import { virtualHosts } from '../guest-devices/virtual-host.ts';
import type { BoardContext } from '../rule.ts';
import { virtualPciRange } from './claims.ts';
import { coverInRoot, missingRam } from './root-ram.ts';

const mib = 0x100000n;
const fourGib = 1n << 32n;

/** The nearest place for the virtual PCI window that suits every rule: below 4 GiB, no RAM of any variant, no device, in no region of any cell. */
export function freeWindowPlace({ board, system, cells }: BoardContext): bigint | undefined {
  const range = virtualPciRange(system);
  const memory = system.system?.hypervisorMemory;
  if (range === undefined || board.variants.length === 0) return undefined;
  const taken: readonly AddressRange[] = [
    ...board.variants.flatMap(({ ram, gpu, linux }) => [...ram, ...linux, ...(gpu === undefined ? [] : [gpu])]),
    ...(board.reserved ?? []),
    ...deviceStretches(board),
    ...gicWindows(system),
    ...iommuWindows(system),
    ...(memory === undefined ? [] : [physRange(memory)]),
    ...[system, ...cells].flatMap(({ memoryRegions }) => memoryRegions.flatMap((region) => [virtRange(region), physRange(region)])),
  ];
  return nearestFreePlace({
    size: range.size,
    alignment: mib,
    within: [{ start: mib, size: fourGib - mib }],
    taken,
    // Far from everything nothing is known of what is there: behind the interrupt controller at least devices end.
    near: range.start < fourGib ? range.start : (board.gic?.gicd.start ?? fourGib),
  });
}

/** `Move the window to 0xff900000`. RAM that the root cell left out for the old window goes back to it, and the trees of the guests follow. */
export function moveWindowFixes(context: BoardContext): readonly Fix[] {
  const { board, system } = context;
  const base = system.system?.pciMmconfigBase;
  const range = virtualPciRange(system);
  const place = freeWindowPlace(context);
  if (base === undefined || range === undefined || place === undefined || place === range.start) return [];
  const around = {
    start: roundDown(range.start, 2n * mib),
    size: roundUp(range.start + range.size, 2n * mib) - roundDown(range.start, 2n * mib),
  };
  const gaps = new Coverage(board.variants.flatMap((variant) => missingRam(system, board, variant))).ranges.filter((gap) =>
    overlaps(gap, around),
  );
  const edits = together(
    writeNumber(system, system.system, base, place),
    ...gaps.map((gap) => coverInRoot(system, gap)?.edits),
    guestEdits(context, range.start, place),
  );
  const returned = gaps.length === 0 ? '' : ', and give the RAM at the old place to the root cell';
  return choice(`Move the window to ${hex(place)}${returned}`, edits);
}

/** Guests that know the window at its old address get the new one. */
function guestEdits({ guests, text }: BoardContext, before: bigint, after: bigint): readonly TextEdit[] {
  const edits = new Map<string, TextEdit>();
  for (const guest of guests) {
    for (const { node, address } of virtualHosts(guest)) {
      if (address !== before) continue;
      // Two cells may be given the same tree.
      for (const edit of setRegAddress(node, 0, after, text) ?? []) edits.set(JSON.stringify(edit.span), edit);
    }
  }
  return [...edits.values()];
}
