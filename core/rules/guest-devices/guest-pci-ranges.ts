import { type AddressRange, type AddressWindow, overlaps, virtRange } from '../../config/address-window.ts';
import { mmconfigWindow } from '../../config/intercepted-windows.ts';
import { ivshmemDevices } from '../../config/ivshmem.ts';
import type { RangeEntry } from '../../devicetree/addresses.ts';
import { cellText } from '../../fixes/tree-cells.ts';
import type { Fix, TextEdit } from '../../source/finding.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { GuestContext, GuestRule } from '../rule.ts';
import { count, rangeText, whereBoth } from '../wording.ts';
import { reachOf } from './cell-reach.ts';
import { emulatedWindows } from './emulated-windows.ts';
import { guestDevices } from './guest-nodes.ts';
import { barBytes, isPurelyVirtual, memoryWindows, virtualHosts } from './virtual-host.ts';

const fourGib = 1n << 32n;

export const guestPciRanges: GuestRule = {
  id: 'guest-pci-ranges',
  title: 'Virtual PCI devices of the guest have no addresses',
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-pci-ranges'],
  prose: {
    meaning:
      'The guest gives the BARs of its virtual PCI devices addresses from the memory window in `ranges`, from its start on, and the hypervisor intercepts these addresses. The window has to lie below 4 GiB, for BARs are 32 bits wide, at the same address on both sides, in nothing that the cell has mapped and nothing that the hypervisor answers for, and be as large as the BARs together: 4 KiB for each ivshmem device with INTx. Where only the rest of the window, behind the BARs, meets a region, it is a warning.',
    onTheBoard:
      'Linux says "BAR 0: no space" or the registers of the device are plain memory: no interrupts, no link (hypervisor/ivshmem.c:ivshmem_register_mmio intercepts what the BAR says; a mapped page wins).',
    remedy: 'Move the window to addresses that the cell does not use.',
  },
  bad: '/* RAM of the cell: 0x10000000-0x17ffffff */\nranges = <0x02000000 0x00 0x10000000 0x0 0x10000000 0x00 0x10000>;',
  good: 'ranges = <0x02000000 0x00 0x20000000 0x0 0x20000000 0x00 0x10000>;',
  check(context, report) {
    const { cell, system } = context;
    const devices = ivshmemDevices(cell);
    const need = devices.reduce((sum, device) => sum + barBytes(device), 0n);
    if (need === 0n) return;
    const bars = `the BARs of ${count(devices.length, 'virtual PCI device')} (${humanSize(need)})`;
    for (const host of virtualHosts(context)) {
      if (!isPurelyVirtual(system, host)) continue;
      const { node } = host;
      const windows = memoryWindows(node);
      const low = windows.filter(({ childAddress }) => childAddress < fourGib);
      const [first] = low;
      if (first === undefined) {
        const [high] = windows;
        report({
          span: high?.childSpan ?? node.span,
          message:
            high === undefined
              ? `${node.name} has no memory window in ranges: Linux has no addresses for ${bars}. Add one below 4 GiB.`
              : `The memory window of ${node.name} starts at ${hex(high.childAddress)}, but BARs are 32 bits wide: Linux has no addresses for ${bars}. Move it below 4 GiB.`,
          related: devices.slice(0, 1).map(({ bdf }) => ({ span: bdf.span, message: 'a virtual PCI device of the cell' })),
          fixes: () => (high === undefined ? [] : moveWindow(context, high, need)),
        });
        continue;
      }
      const total = low.reduce((sum, { size }) => sum + size, 0n);
      if (total < need)
        report({
          span: first.sizeSpan,
          message: `The memory window of ${node.name} has ${humanSize(total)}, but ${bars} need more: Linux says "no space" for the last of them. Make it ${hex(need)} or larger.`,
          related: devices.slice(0, 1).map(({ bdf }) => ({ span: bdf.span, message: 'a virtual PCI device of the cell' })),
        });
      for (const window of low) {
        if (window.address === undefined || window.size === 0n) continue;
        if (window.address !== window.childAddress) {
          report({
            span: window.parentSpan,
            message: `The memory window of ${node.name} is at ${hex(window.childAddress)} on the bus, but at ${hex(window.address)} for the CPUs: the hypervisor intercepts the address that stands in the BAR, so the guest would miss the registers. Write the same address twice.`,
            related: [{ span: window.childSpan, message: `the address on the bus, ${hex(window.childAddress)}` }],
          });
          continue;
        }
        const end = window.childAddress + window.size;
        if (window === first && window.childAddress + need > fourGib)
          report({
            span: window.span,
            message: `The memory window of ${node.name} starts at ${hex(window.childAddress)}, but ${bars} would end above 4 GiB, and BARs are 32 bits wide. Move it down.`,
            fixes: () => moveWindow(context, window, need),
          });
        const range: AddressRange = { start: window.address, size: end - window.childAddress };
        const used: AddressRange = { start: window.address, size: window === first && need < window.size ? need : window.size };
        const met = takenAddresses(context).filter((taken) => overlaps(taken, range));
        const [hit] = [...met.filter((taken) => overlaps(taken, used)), ...met];
        if (hit === undefined) continue;
        const hurts = window === first && overlaps(hit, used);
        report({
          span: window.childSpan,
          severity: hurts ? 'error' : 'warning',
          message: `The memory window of ${node.name} ${rangeText(range)} lies over ${hit.name} ${rangeText(hit)}${whereBoth(hit, range)}: ${hurts ? `the registers of ${count(devices.length, 'virtual PCI device')} would not be reached there` : 'a BAR that Linux puts there would not be reached'}. Move the window to addresses that the cell does not use.`,
          related: [{ span: hit.span, message: `${hit.name} ${rangeText(hit)}` }],
          fixes: () => moveWindow(context, window, need),
        });
      }
    }
  },
};

/** What the cell has mapped, and what the hypervisor answers for. */
function takenAddresses({ cell, system }: GuestContext): readonly AddressWindow[] {
  return [
    ...reachOf(cell).regions.map((region) => ({ ...virtRange(region), name: region.path, span: region.virtStart.span })),
    ...emulatedWindows(system),
  ];
}

const mib = 0x100000n;

/** Behind the configuration space, as in the root cell, else at a multiple of 16 MiB. */
function moveWindow(context: GuestContext, window: RangeEntry, need: bigint): readonly Fix[] {
  const size = window.size > need ? window.size : need;
  const own = mmconfigWindow(context.system);
  const taken: readonly AddressRange[] = [...takenAddresses(context), ...guestDevices(context.tree).flatMap(({ windows }) => windows)];
  const candidates = own === undefined ? [] : [own.start + own.size];
  for (let at = 16n * mib; at < fourGib; at += 16n * mib) candidates.push(at);
  const free = candidates.find((start) => start + size <= fourGib && !taken.some((other) => overlaps(other, { start, size })));
  if (free === undefined) return [];
  const edits: TextEdit[] = [];
  for (const [span, cells] of [
    [window.childSpan, 3],
    [window.parentSpan, undefined],
  ] as const) {
    const typed = context.text(span.file)?.slice(span.start, span.end);
    const words = typed?.trim().split(/\s+/) ?? [];
    if (
      typed === undefined ||
      !words.every((word) => /^\w+$/.test(word)) ||
      words.length < 1 ||
      (cells !== undefined && words.length !== cells)
    )
      return [];
    const number = cellText(free, cells === undefined ? words.length : 2);
    if (number === undefined) return [];
    edits.push({ span, newText: cells === undefined ? number : `${words[0]} ${number}` });
  }
  return [{ title: `Move the memory window to ${hex(free)}`, edits }];
}
