import type { AddressRange } from '../../config/address-window.ts';
import { pageSize } from '../../config/memory-flags.ts';
import { busReadings } from '../../devicetree/addresses.ts';
import type { TreeNode } from '../../devicetree/model.ts';
import { property } from '../../devicetree/tree-access.ts';
import { setPins } from '../../fixes/bits.ts';
import { appendRegion } from '../../fixes/elements.ts';
import { together } from '../../fixes/source-text.ts';
import { setRegAddress } from '../../fixes/tree-cells.ts';
import { addProperty, replaceValue } from '../../fixes/tree-edits.ts';
import type { Fix } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';
import { roundDown, roundUp } from '../../system/free-place.ts';
import type { GuestContext, GuestRule, TextOf } from '../rule.ts';
import { cellName, rangeText, regionByVirt, relatedRegion } from '../wording.ts';
import { reachOf, regionsAt } from './cell-reach.ts';
import { emulatedAt } from './emulated-windows.ts';
import { touchesRegisters } from './guest-drivers.ts';
import { cellPins, guestInterrupts } from './guest-interrupts.ts';
import { deviceText, type GuestDevice, type GuestWindow, guestDevices, stdoutNode } from './guest-nodes.ts';

export const guestDeviceUnmapped: GuestRule = {
  id: 'guest-device-unmapped',
  title: 'Device of the guest lies in no region of its cell',
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-reg-mapped', 'DTS-gic-extra'],
  prose: {
    meaning:
      "Every enabled device in the guest's tree needs its registers in a region of the cell, at the address that the CPUs see (after the `ranges` of its buses). An error for devices whose drivers set them up at once: UARTs, network, storage, timers, ITS and MSI frames of the GIC. A warning where it depends on the guest's kernel whether a driver touches the device; information where a driver is known to wait until it is asked, and where a part of the registers is in a region: most devices use less than their window.",
    onTheBoard:
      'The driver\'s first access ends the cell: "Unhandled data read at ...", "Parking CPU", and the state is "failed" (hypervisor/arch/arm-common/mmio.c).',
    remedy: 'Add a region for the registers to the cell, or set `status = "disabled"` in the node.',
  },
  bad: '/* no region of the cell holds 0xfd580000 */\nethernet@fd580000 {\n\treg = <0x0 0xfd580000 0x0 0x10000>;\n};',
  good: '/* in the cell */\n{\n\t.phys_start = 0xfd580000,\n\t.virt_start = 0xfd580000,\n\t.size = 0x10000,\n\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,\n},',
  check(context, report) {
    const { tree, cell, system } = context;
    const { all } = reachOf(cell);
    for (const device of guestDevices(tree)) {
      const touch = touchesRegisters(device);
      for (const window of device.windows) {
        if (all.covers(window)) continue;
        const gap = all.gaps(window)[0] ?? window;
        const who = deviceText(device.node);
        if (gap.size < window.size) {
          // A bus has its own window so that its children can be told apart.
          if (touch === 'late') continue;
          const [region] = regionsAt(cell, window);
          report({
            span: window.entry.span,
            severity: 'information',
            message: `${who} has registers at ${rangeText(window)}, of which ${rangeText(gap)} lies in no region of ${cellName(cell)}. The guest dies if it touches that part ("Unhandled data read").`,
            related: region === undefined ? [] : [relatedRegion(region, 'virt')],
          });
          continue;
        }
        const emulated = emulatedAt(system, window);
        const outcome =
          touch === 'surely'
            ? 'the guest dies as soon as its driver starts'
            : touch === 'maybe'
              ? 'if the kernel of the guest has a driver for it, the guest dies as soon as that starts'
              : 'its driver does not touch it by itself, but the guest dies if somebody uses it';
        report({
          span: window.entry.addressSpan,
          severity: touch === 'surely' ? 'error' : touch === 'maybe' ? 'warning' : 'information',
          message: `${who} has registers at ${rangeText(window)}, which lie in no region of ${cellName(cell)}${emulated === undefined ? '' : ` but in ${emulated.name} ${rangeText(emulated)}, which the hypervisor answers for`}: ${outcome} ("Unhandled data read at ${hex(window.start)}..."). ${remedyFor(context, window)}`,
          related: nearestRegion(context, window),
          fixes: () => [...translateFixes(context, device, window), ...regionFixes(context, device), ...disableFixes(context, device)],
        });
      }
    }
  },
};

/** Further away it says nothing. */
const nearby = 0x1000000n;

function nearestRegion({ cell }: GuestContext, window: GuestWindow) {
  const nearest = reachOf(cell).index.nearest(window);
  if (nearest === undefined || nearest.gap >= nearby) return [];
  const region = nearest.item;
  return [{ span: region.virtStart.span, message: `the nearest region of the cell: ${regionByVirt(region)}` }];
}

/** What the address would mean on a bus of the board, where the cell has that. */
function translated({ board, cell }: GuestContext, window: GuestWindow): bigint | undefined {
  const readings = board?.tree === undefined ? [] : busReadings(board.tree.root, window.entry.busAddress);
  return readings.find(({ address }) => reachOf(cell).all.covers({ start: address, size: window.size }))?.address;
}

function remedyFor(context: GuestContext, window: GuestWindow): string {
  const address = translated(context, window);
  return address === undefined
    ? 'Add a region for it to the cell, or disable the node.'
    : `${hex(window.start)} is an address of a bus of the board; the CPUs see the device at ${hex(address)}, which the cell has. Write that, or give the buses above the "ranges" of the board.`;
}

function translateFixes(context: GuestContext, { node }: GuestDevice, window: GuestWindow): readonly Fix[] {
  const address = translated(context, window);
  if (address === undefined || window.start !== window.entry.busAddress) return [];
  const edits = setRegAddress(node, window.entry.index, address, context.text);
  return edits === undefined ? [] : [{ title: `Set the address to ${hex(address)}`, edits }];
}

/** One region for each register window that the cell lacks, in whole pages, and the device's interrupts. */
function regionFixes(context: GuestContext, { node, windows }: GuestDevice): readonly Fix[] {
  const { cell, system, tree } = context;
  // Nothing stands at an address of a bus.
  if (windows.some((window) => translated(context, window) !== undefined)) return [];
  const missing = windows.filter((window) => regionsAt(cell, pagesOf(window)).length === 0);
  // Part of a page is there already, or the hypervisor has the addresses: the author has to look.
  if (missing.length !== 1 || windows.some((window) => emulatedAt(system, pagesOf(window)) !== undefined)) return [];
  const { start, size } = pagesOf(missing[0] as GuestWindow);
  const name = node.name.replace(/[^\w@,.+-]/g, '');
  const region = appendRegion(cell, [
    `/* ${name} */ {`,
    `\t.phys_start = ${hex(start)},`,
    `\t.virt_start = ${hex(start)},`,
    `\t.size = ${hex(size)},`,
    '\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,',
    '}',
  ]);
  const owned = cellPins(cell, system);
  const pins = guestInterrupts(tree).flatMap((interrupt) =>
    interrupt.node === node && interrupt.kind === 'spi' && owned?.has(interrupt.intid) === false ? [interrupt.intid] : [],
  );
  const granted = pins.length === 0 ? [] : setPins(cell, pins)[0]?.edits;
  const edits = together(region, granted);
  if (edits === undefined) return [];
  const withPins = pins.length === 0 ? '' : `, and INTID ${pins.join(', ')}`;
  return [{ title: `Give ${node.name} to the cell: a region at ${hex(start)}${withPins}`, edits, needsChoice: true }];
}

function pagesOf({ start, size }: GuestWindow): AddressRange {
  const first = roundDown(start, pageSize);
  return { start: first, size: roundUp(start + size, pageSize) - first };
}

function disableFixes({ tree, text }: GuestContext, { node }: GuestDevice): readonly Fix[] {
  // A guest without its console would only die more quietly.
  return stdoutNode(tree) === node ? [] : disable(node, text);
}

function disable(node: TreeNode, text: TextOf): readonly Fix[] {
  const status = property(node, 'status');
  const edit = status === undefined ? addProperty(node, 'status = "disabled";', text) : replaceValue(status, '"disabled"');
  if (edit === undefined || text(edit.span.file) === undefined) return [];
  return [{ title: `Disable ${node.name}`, edits: [edit], needsChoice: true }];
}
