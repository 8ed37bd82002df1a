import type { SimulatedBoard } from '../../machine/machine.ts';
import type { BoardFacts, IomemLine } from './board-facts.ts';
import { kernelOptions } from './kernel-options.ts';
import { memoryLines, withKernel } from './linux-memory-lines.ts';

/** Revision code by RAM in GiB: bits 20 to 22 say the size. */
const revisions: Readonly<Record<number, string>> = { 1: 'a03111', 2: 'b03114', 4: 'c03114', 8: 'd03114' };

function device(start: bigint, size: bigint, name: string): IomemLine {
  return {
    start,
    end: start + size - 1n,
    name,
    children: [{ start, end: start + size - 1n, name: `${start.toString(16)}.${name.split(' ')[0]?.split('@')[0]} ${name}` }],
  };
}

/** A Raspberry Pi 4 with 64-bit Raspberry Pi OS or Debian, booted by TF-A. */
export function rpi4Facts(board: SimulatedBoard): BoardFacts {
  const last = board.linuxRam.at(-1);
  const gib =
    last === undefined ? 1 : last.start + last.size > 0x100000000n ? 8 : last.start + last.size > 0x80000000n ? 4 : last.start > 0n ? 2 : 1;
  const memory = withKernel(memoryLines(board), [
    { start: 0x210000n, end: 0x13bffffn, name: 'Kernel code' },
    { start: 0x13c0000n, end: 0x1bbffffn, name: 'reserved' },
    { start: 0x1bc0000n, end: 0x1deffffn, name: 'Kernel data' },
    { start: 0x2c000000n, end: 0x2fffffffn, name: 'reserved' },
  ]);
  const cmdline = 'console=tty1 root=/dev/mmcblk0p2 rootfstype=ext4 rootwait clk_ignore_unused';
  return {
    model: board.model,
    compatible: board.compatible,
    hostname: 'raspberrypi',
    kernel: { release: '6.1.21-v8+', build: '#1642 SMP PREEMPT Mon Apr  3 17:24:16 BST 2023' },
    cmdline,
    cpus: board.cpus,
    cpuinfo: {
      each: [
        'BogoMIPS\t: 108.00',
        'Features\t: fp asimd evtstrm crc32 cpuid',
        'CPU implementer\t: 0x41',
        'CPU architecture: 8',
        'CPU variant\t: 0x0',
        'CPU part\t: 0xd08',
        'CPU revision\t: 3',
      ],
      tail: ['Hardware\t: BCM2835', `Revision\t: ${revisions[gib]}`, 'Serial\t\t: 1000000012345678', `Model\t\t: ${board.model}`],
    },
    iomem: [
      ...memory,
      device(0xfd500000n, 0x9310n, 'pcie@7d500000'),
      device(0xfd580000n, 0x10000n, 'ethernet@7d580000'),
      device(0xfe00b880n, 0x40n, 'mailbox@7e00b880'),
      device(0xfe100000n, 0x114n, 'watchdog@7e100000'),
      device(0xfe200000n, 0xb4n, 'gpio@7e200000'),
      device(0xfe201000n, 0x200n, 'serial@7e201000'),
      device(0xfe215040n, 0x40n, 'serial@7e215040'),
      device(0xfe340000n, 0x100n, 'mmc@7e340000'),
      { start: 0x600000000n, end: 0x63fffffffn, name: 'pcie@7d500000' },
    ],
    pciFunctions: [
      { name: '0000:00:00.0', vendor: 0x14e4, device: 0x2711, class: 0x060400 },
      { name: '0000:01:00.0', vendor: 0x1106, device: 0x3483, class: 0x0c0330 },
    ],
    kernelOptions,
    gicVersion: 2,
    bootLog: [
      { seconds: 0, text: 'Booting Linux on physical CPU 0x0000000000 [0x410fd083]' },
      { seconds: 0, text: 'Linux version 6.1.21-v8+ (simulated) (gcc) #1642 SMP PREEMPT Mon Apr  3 17:24:16 BST 2023' },
      { seconds: 0, text: `Machine model: ${board.model}` },
      ...board.reserved.map(({ start, size, name }) => ({
        seconds: 0,
        text: `OF: reserved mem: 0x${start.toString(16).padStart(16, '0')}..0x${(start + size - 1n).toString(16).padStart(16, '0')} (${size >> 10n} KiB) nomap non-reusable ${name}`,
      })),
      { seconds: 0, text: 'psci: probing for conduit method from DT.' },
      { seconds: 0, text: 'psci: PSCIv1.1 detected in firmware.' },
      { seconds: 0, text: `Kernel command line: ${cmdline}` },
      { seconds: 0.052311, text: 'CPU: All CPU(s) started at EL2' },
      { seconds: 7.6274, text: 'EXT4-fs (mmcblk0p2): re-mounted. Quota mode: none.' },
    ],
    gpuMem: 76,
    moduleVersion: 'v0.12 (324-ge57d1eff)',
    moduleSource: '5249DB5E7A39AAE3255FB29',
    ram: BigInt(gib) << 30n,
    configTxt: 'arm_64bit=1\narmstub=bl31.bin\nenable_uart=1\ndtoverlay=jailhouse\n',
  };
}
