import { ownsPin } from '../../config/interrupt-pins.ts';
import { bdfName, ivshmemDevices, ivshmemIntid } from '../../config/ivshmem.ts';
import type { PciDevice } from '../../config/model.ts';
import { type InterruptMap, type InterruptMapEntry, interruptMapOf, mappedEntry } from '../../devicetree/interrupt-map.ts';
import { addProperty, replaceValue } from '../../fixes/tree-edits.ts';
import { offerNumber } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import type { GuestContext, GuestRule, Reporter } from '../rule.ts';
import { gicNodes } from './guest-nodes.ts';
import { type VirtualHost, virtualHosts } from './virtual-host.ts';

const risingEdge = 1;

export const guestPciInterrupts: GuestRule = {
  id: 'guest-pci-interrupts',
  title: 'Interrupts of the virtual PCI devices are mapped elsewhere',
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-pci-irqmap'],
  prose: {
    meaning:
      "A virtual PCI device raises SPI `vpci_irq_base` + (device number & 3), and the guest finds it by the device's pin, one more than that low part: pin 1 leads to SPI `vpci_irq_base`, pin 2 to the next. `interrupt-map` of the host bridge has to say so for the pins of the cell's ivshmem devices; other pins are not looked at. `interrupt-map-mask` is `<0 0 0 7>`: the device number plays no part. Each entry has as many address cells behind the controller as `#address-cells` of that controller says, none where it says nothing. Another trigger than a rising edge is a warning.",
    onTheBoard:
      'The device is found, but its interrupts never arrive: ivshmem-net stays without link (hypervisor/arch/arm-common/ivshmem.c, arch_ivshmem_update_intx).',
    remedy: "Write the SPIs of the cell's `vpci_irq_base` into the map, or change `vpci_irq_base` with the bits in the irqchips.",
  },
  bad: '/* .vpci_irq_base = 153 */\ninterrupt-map-mask = <0 0 0 7>;\ninterrupt-map = <0 0 0 1 &gic GIC_SPI 108 IRQ_TYPE_EDGE_RISING>;',
  good: 'interrupt-map-mask = <0 0 0 7>;\ninterrupt-map = <0 0 0 1 &gic GIC_SPI 153 IRQ_TYPE_EDGE_RISING>,\n\t\t<0 0 0 2 &gic GIC_SPI 154 IRQ_TYPE_EDGE_RISING>;',
  check(context, report) {
    const { cell } = context;
    // Without a base, ivshmem-interrupt-base-missing has the word.
    if (cell.cell.vpciIrqBase.value === 0) return;
    const devices = ivshmemDevices(cell).filter((device) => ivshmemIntid(cell, device) !== undefined);
    if (devices.length === 0) return;
    for (const host of virtualHosts(context)) {
      const map = interruptMapOf(host.node);
      if (map === undefined) reportNoMap(context, host, devices, report);
      else if (map.wrongStride !== undefined) reportStride(host, map, map.wrongStride, report);
      else for (const device of onePerPin(devices)) checkDevice(context, host, map, device, report);
    }
  },
};

/** Devices that share a pin share what is wrong with it. */
function onePerPin(devices: readonly PciDevice[]): readonly PciDevice[] {
  return devices.filter((device, at) => devices.findIndex((other) => pinOf(other) === pinOf(device)) === at);
}

/** 1 to 4 for INTA to INTD. */
function pinOf(device: PciDevice): number {
  return ((device.bdf.value >> 3) & 3) + 1;
}

function reportNoMap({ tree, cell, text }: GuestContext, { node }: VirtualHost, devices: readonly PciDevice[], report: Reporter): void {
  const base = cell.cell.vpciIrqBase;
  const label = gicNodes(tree)[0]?.labels[0];
  report({
    span: node.span,
    message: `${node.name} has no interrupt-map: the virtual PCI ${devices.length === 1 ? 'device' : 'devices'} of the cell would have no interrupt. Map pins 1 to 4 to SPI ${base.value} to ${base.value + 3}.`,
    related: [{ span: base.span, message: `vpci_irq_base ${base.value}` }],
    fixes: () => {
      if (label === undefined || node.properties.some(({ name }) => name === '#interrupt-cells' || name === 'interrupt-map-mask'))
        return [];
      const entries = [0, 1, 2, 3].map((pin) => `<0 0 0 ${pin + 1} &${label} 0 ${base.value + pin} 1>`);
      const edit = addProperty(
        node,
        `#interrupt-cells = <1>; interrupt-map-mask = <0 0 0 7>; interrupt-map = ${entries.join(', ')};`,
        text,
      );
      return edit === undefined ? [] : [{ title: 'Add the interrupt-map', edits: [edit] }];
    },
  });
}

function reportStride(
  { node }: VirtualHost,
  map: InterruptMap,
  { controller, said, written }: NonNullable<InterruptMap['wrongStride']>,
  report: Reporter,
): void {
  report({
    span: map.property.valueSpan,
    message: `The interrupt-map of ${node.name} has ${written} address cells behind ${controller.name}, but #address-cells of that node is ${said}: Linux reads every entry after the first at the wrong place. Write ${said === 0 ? 'none' : `${said} zeros`} there.`,
    related: [{ span: controller.span, message: `${controller.name} has #address-cells ${said}` }],
    fixes: (): readonly Fix[] =>
      said < written || map.entries.some(({ controllerSpan }) => controllerSpan === map.property.valueSpan)
        ? []
        : [
            {
              title: `Write ${said} zeros behind each ${controller.name}`,
              edits: map.entries.map(({ controllerSpan: { file, end } }) => ({
                span: { file, start: end, end },
                newText: ' 0x0'.repeat(said - written),
              })),
            },
          ],
  });
}

function checkDevice(context: GuestContext, { node }: VirtualHost, map: InterruptMap, device: PciDevice, report: Reporter): void {
  const { cell } = context;
  const base = cell.cell.vpciIrqBase;
  const pin = pinOf(device);
  const wanted = base.value + pin - 1;
  const name = `PCI device ${bdfName(device.bdf.value)}`;
  const related = [
    { span: base.span, message: `vpci_irq_base ${base.value}` },
    { span: device.bdf.span, message: `${name} has pin ${pin}` },
  ];
  const entry = mappedEntry(map, [device.bdf.value << 8, 0, 0], [pin]);
  if (entry === undefined) {
    const byPin = map.entries.find((other) => other.pin === pin);
    const mask = map.maskProperty;
    report({
      span: byPin === undefined || mask === undefined ? map.property.valueSpan : mask.valueSpan,
      message:
        byPin === undefined
          ? `The interrupt-map of ${node.name} has no entry for pin ${pin}, but ${name} of the cell raises that: its interrupts do not arrive. Add one for SPI ${wanted}.`
          : `The interrupt-map of ${node.name} has an entry for pin ${pin}, but interrupt-map-mask ${mask === undefined ? 'is missing, so that the device number has to fit too' : 'lets the device number count'}: it is not for ${name} of the cell. Write <0 0 0 7>.`,
      related,
      fixes: () => maskFixes(context, node, map, byPin),
    });
    return;
  }
  if (entry.intid === undefined) return;
  if (entry.intid !== wanted + 32) {
    report({
      span: entry.specifierSpan,
      message: `The guest expects the interrupts of ${name} (pin ${pin}) at ${entry.kind === 'spi' ? `SPI ${entry.number}` : `INTID ${entry.intid}`}, but the hypervisor raises SPI ${wanted}, vpci_irq_base ${base.value} + ${pin - 1}: they do not arrive.${ownsPin(cell, entry.intid) ? '' : ` The cell does not even have INTID ${entry.intid}.`} Write SPI ${wanted} into the interrupt-map.`,
      related,
      fixes: () => [...entryFixes(context, entry, wanted), ...baseFixes(context, map, entry, pin)],
    });
  } else if (entry.flags !== risingEdge)
    report({
      span: entry.specifierSpan,
      severity: 'warning',
      message: `The interrupt of ${name} (pin ${pin}) is mapped as ${triggerName(entry.flags)}, but virtual PCI devices raise edges: write IRQ_TYPE_EDGE_RISING (1), or some may be lost.`,
      related,
      fixes: () => replaceToken(context, entry, 2, '1', 'Make it a rising edge'),
    });
}

function triggerName(flags: number): string {
  return (
    ['no trigger at all', 'a rising edge', 'a falling edge', 'both edges', 'a high level'][flags] ??
    (flags === 8 ? 'a low level' : `trigger ${flags}`)
  );
}

/** Puts another token in place of one of the three of a specifier, where each is one word. */
function replaceToken({ text }: GuestContext, entry: InterruptMapEntry, at: number, newText: string, title: string): readonly Fix[] {
  const { file, start, end } = entry.specifierSpan;
  const typed = text(file)?.slice(start, end);
  const words = [...(typed ?? '').matchAll(/\S+/g)];
  const word = words[at];
  if (typed === undefined || words.length !== 3 || word === undefined || !words.every(([token]) => /^\w+$/.test(token))) return [];
  const from = start + word.index;
  return [{ title, edits: [{ span: { file, start: from, end: from + word[0].length }, newText }] }];
}

function entryFixes(context: GuestContext, entry: InterruptMapEntry, wanted: number): readonly Fix[] {
  return entry.kind === 'spi' ? replaceToken(context, entry, 1, `${wanted}`, `Set SPI ${wanted} in the interrupt-map`) : [];
}

/** The other way round: a base that makes the whole map right, of interrupts that the cell has already. */
function baseFixes({ cell }: GuestContext, map: InterruptMap, entry: InterruptMapEntry, pin: number): readonly Fix[] {
  const base = entry.number - (pin - 1);
  if (entry.kind !== 'spi' || base <= 0) return [];
  const fits = ivshmemDevices(cell).every((device) => {
    const mapped = mappedEntry(map, [device.bdf.value << 8, 0, 0], [pinOf(device)]);
    return mapped?.kind === 'spi' && mapped.number === base + pinOf(device) - 1 && ownsPin(cell, mapped.number + 32);
  });
  return fits ? offerNumber(cell, cell.cell, cell.cell.vpciIrqBase, BigInt(base), 'as the tree says') : [];
}

function maskFixes(
  { text }: GuestContext,
  node: VirtualHost['node'],
  map: InterruptMap,
  byPin: InterruptMapEntry | undefined,
): readonly Fix[] {
  if (byPin === undefined || map.entries.some(({ childAddress }) => childAddress.some((cell) => cell !== 0))) return [];
  const edit =
    map.maskProperty === undefined
      ? addProperty(node, 'interrupt-map-mask = <0 0 0 7>;', text)
      : replaceValue(map.maskProperty, '<0 0 0 7>');
  return edit === undefined ? [] : [{ title: 'Set interrupt-map-mask to <0 0 0 7>', edits: [edit] }];
}
