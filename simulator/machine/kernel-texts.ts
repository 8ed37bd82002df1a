import type { SimulatedBoard } from './machine.ts';

/** Lines of the kernel's log, as a board with Linux 6.1 writes them. */
export const firmwareLoaded = ' jailhouse: firmware: direct-loading firmware jailhouse.bin';
export const opening = 'The Jailhouse is opening.';
export const closed = 'The Jailhouse was closed.';
export const notASystem = 'jailhouse: Not a system configuration';
export const notACell = 'jailhouse: Not a cell configuration';
export const wrongRevision = 'jailhouse: Configuration revision mismatch';
export const wrongArchitecture = 'jailhouse: Configuration architecture mismatch';
export const notReserved = [
  'jailhouse: request_mem_region failed for hypervisor memory.',
  'jailhouse: Did you reserve the memory with "memmap=" or "mem="?',
] as const;
export const noRam = [
  'Internal error: synchronous external abort: 0000000096000050 [#1] PREEMPT SMP',
  'pc : __memset+0x16c/0x188',
] as const;

export function cpuGone(cpu: number): string {
  return `psci: CPU${cpu} killed (polled 0 ms)`;
}

export function cpuBack({ gic, midr = '0x411fd070' }: SimulatedBoard, cpu: number): readonly string[] {
  const lines = [`Detected PIPT I-cache on CPU${cpu}`];
  if (gic.version === 3) {
    const redistributor = (gic.gicr ?? 0n) + 0x20000n * BigInt(cpu);
    lines.push(`GICv3: CPU${cpu}: found redistributor ${cpu.toString(16)} region 0:0x${redistributor.toString(16).padStart(16, '0')}`);
  }
  return [...lines, `CPU${cpu}: Booted secondary processor 0x${cpu.toString(16).padStart(10, '0')} [${midr}]`];
}

/** The warning of a kernel that gives back a PCI domain which it had not taken. */
export function domainWarning(domain: number, cpu: number): readonly string[] {
  return [
    '------------[ cut here ]------------',
    `ida_free called for id=${domain} which is not allocated.`,
    `WARNING: CPU: ${cpu} PID: 1728 at ida_free+0xd4/0x130`,
    'Modules linked in: jailhouse(O)',
    '---[ end trace 0000000000000000 ]---',
  ];
}

export function busReleased(domain: number): string {
  return `pci_bus ${domain.toString(16).padStart(4, '0')}:00: busn_res: [bus 00] is released`;
}
