import type { IomemLine } from '../boards/board-facts.ts';
import type { ByteText } from '../byte-text.ts';
import type { Linux } from '../kernel/linux.ts';

/** /proc/iomem: what Linux has claimed, two spaces deeper for each level. Anybody but root sees zeros. */
export function iomemText(linux: Linux, uid: number): ByteText {
  const { facts, machine } = linux.options;
  const lines: IomemLine[] = [...facts.iomem];
  const { claimed } = machine;
  if (claimed !== undefined) {
    const own = { start: claimed.start, end: claimed.start + claimed.size - 1n, name: 'Jailhouse hypervisor' };
    // A reserved area is not in use: what is claimed inside of it becomes its child.
    const around = lines.findIndex(({ start, end, name }) => name === 'reserved' && start <= own.start && own.end <= end);
    const area = lines[around];
    if (area === undefined) lines.push(own);
    else lines[around] = { ...area, children: [...(area.children ?? []), own] };
  }
  const host = machine.enabled ? machine.virtualPci : undefined;
  if (host !== undefined) {
    const window = host.ecam.start + host.ecam.size;
    const page = 0x1000n;
    const domain = host.domain.toString(16).padStart(4, '0');
    const functions = host.functions.map(({ bdf }, index) => ({
      start: window + BigInt(index) * page,
      end: window + BigInt(index + 1) * page - 1n,
      name: `${domain}:${(bdf >> 8).toString(16).padStart(2, '0')}:${((bdf >> 3) & 0x1f).toString(16).padStart(2, '0')}.${bdf & 7}`,
    }));
    lines.push({ start: host.ecam.start, end: window - 1n, name: 'PCI ECAM' });
    lines.push({ start: window, end: window + BigInt(2 * host.functions.length) * page - 1n, name: 'pci@0', children: functions });
  }
  lines.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  return lines.map((line) => lineText(line, 0, uid === 0)).join('');
}

function lineText({ start, end, name, children = [] }: IomemLine, depth: number, shown: boolean): ByteText {
  const address = (value: bigint): ByteText => (shown ? value : 0n).toString(16).padStart(8, '0');
  return `${'  '.repeat(depth)}${address(start)}-${address(end)} : ${name}\n${children.map((child) => lineText(child, depth + 1, shown)).join('')}`;
}
