import { ivshmemDevices } from '../../config/ivshmem.ts';
import type { GuestRule } from '../rule.ts';
import { count } from '../wording.ts';
import { cellPins, guestInterrupts } from './guest-interrupts.ts';

export const guestInterruptUnlisted: GuestRule = {
  id: 'guest-interrupt-unlisted',
  title: 'Interrupt of the cell that its guest does not use',
  severity: 'information',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-irq-unlisted'],
  prose: {
    meaning:
      "The cell has interrupts that no device in the guest's tree raises, and no virtual PCI device either (those of `vpci_irq_base` and the three behind it). Interrupt controllers that hand out numbers at run time make them look unused, and a guest may find devices without a tree.",
    onTheBoard: 'Nothing, but the root cell goes without these interrupts while the cell exists.',
    remedy: 'Clear the bits, or add the device to the tree.',
  },
  bad: '/* nothing in the tree uses SPI 94 */\n.pin_bitmap = { 0, 0, (1 << (125 - 96)) | (1 << (126 - 96)) },',
  good: '.pin_bitmap = { 0, 0, 1 << (125 - 96) },',
  check({ tree, cell, system }, report) {
    const pins = cellPins(cell, system);
    if (pins === undefined) return;
    const used = new Set(guestInterrupts(tree).map(({ intid }) => intid));
    if (ivshmemDevices(cell).length > 0) for (let pin = 0; pin < 4; pin++) used.add(32 + cell.cell.vpciIrqBase.value + pin);
    const unused = [...pins].filter((pin) => pin >= 32 && !used.has(pin)).sort((a, b) => a - b);
    const [first] = unused;
    if (first === undefined) return;
    const chip = cell.irqchips.find(({ pinBase }) => first >= pinBase.value && first < pinBase.value + 128);
    const word = chip?.pinBitmap[Math.floor((first - chip.pinBase.value) / 32)];
    report({
      span: word?.span ?? cell.cell.name.span,
      message: `No device in the guest's tree raises ${count(unused.length, 'interrupt')} of the cell: INTID ${runsOf(unused)}. The root cell goes without ${unused.length === 1 ? 'it' : 'them'}.`,
      related: [{ span: tree.root.span, message: "the guest's tree" }],
    });
  },
};

/** `39, 424-447`. */
function runsOf(numbers: readonly number[]): string {
  const runs: string[] = [];
  for (let at = 0; at < numbers.length; at++) {
    const first = numbers[at] as number;
    while (numbers[at + 1] === (numbers[at] as number) + 1) at++;
    const last = numbers[at] as number;
    runs.push(first === last ? `${first}` : `${first}-${last}`);
  }
  return runs.join(', ');
}
