import type { SimulatedBoard } from '../../machine/machine.ts';
import type { BoardFacts, IomemLine } from './board-facts.ts';
import { kernelOptions } from './kernel-options.ts';
import { memoryLines, withKernel } from './linux-memory-lines.ts';

function line(start: bigint, end: bigint, name: string, child?: string): IomemLine {
  return { start, end, name, ...(child === undefined ? {} : { children: [{ start, end, name: child }] }) };
}

/** QEMU's arm64 machine with Linux 6.1, as recorded. */
export function qemuArm64Facts(board: SimulatedBoard): BoardFacts {
  const slots = [0xa003a00n, 0xa003c00n, 0xa003e00n].map((start) => {
    const hex = start.toString(16);
    return line(start, start + 0x1ffn, `${hex}.virtio_mmio virtio_mmio@${hex}`);
  });
  const memory = withKernel(memoryLines(board), [
    { start: 0x40210000n, end: 0x4070ffffn, name: 'Kernel code' },
    { start: 0x40710000n, end: 0x4081ffffn, name: 'reserved' },
    { start: 0x40820000n, end: 0x4091ffffn, name: 'Kernel data' },
    { start: 0x48000000n, end: 0x481fffffn, name: 'reserved' },
    { start: 0x6ffd4000n, end: 0x6fff2fffn, name: 'reserved' },
    { start: 0x6fff3000n, end: 0x6fffffffn, name: 'reserved' },
  ]);
  return {
    model: board.model,
    compatible: board.compatible,
    hostname: 'qemu-arm64',
    kernel: { release: '6.1.192-jh', build: '#2 SMP PREEMPT Sun Nov 22 06:28:23 UTC 2026' },
    cmdline: 'root=/dev/vda rw mem=768M console=ttyAMA0 ip=dhcp loglevel=6 ',
    cpus: board.cpus,
    cpuinfo: {
      each: [
        'BogoMIPS\t: 125.00',
        'Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid',
        'CPU implementer\t: 0x41',
        'CPU architecture: 8',
        'CPU variant\t: 0x1',
        'CPU part\t: 0xd07',
        'CPU revision\t: 0',
      ],
      tail: [],
    },
    iomem: [
      line(0x8000000n, 0x800ffffn, 'GICD'),
      line(0x9000000n, 0x9000fffn, 'pl011@9000000', '9000000.pl011 pl011@9000000'),
      line(0x9010000n, 0x9010fffn, 'pl031@9010000', 'rtc-pl031'),
      line(0x9030000n, 0x9030fffn, 'pl061@9030000'),
      ...slots,
      line(0x10000000n, 0x3efeffffn, 'pcie@10000000'),
      ...memory,
      line(0x4010000000n, 0x401fffffffn, 'PCI ECAM'),
      line(0x8000000000n, 0xffffffffffn, 'pcie@10000000'),
    ],
    pciFunctions: [{ name: '0000:00:00.0', vendor: 0x1b36, device: 0x0008, class: 0x060000 }],
    kernelOptions,
    gicVersion: 3,
    bootLog: [
      { seconds: 0, text: 'Booting Linux on physical CPU 0x0000000000 [0x411fd070]' },
      { seconds: 0, text: 'Machine model: linux,dummy-virt' },
      { seconds: 0, text: 'psci: PSCIv1.1 detected in firmware.' },
      { seconds: 0.052311, text: 'CPU: All CPU(s) started at EL2' },
      { seconds: 5.399863, text: '    TERM=linux' },
      { seconds: 7.6274, text: 'EXT4-fs (vda): re-mounted. Quota mode: disabled.' },
    ],
    gpuMem: undefined,
    moduleVersion: 'v0.12 (324-ge57d1eff)',
    moduleSource: '5249DB5E7A39AAE3255FB29',
    ram: 1n << 30n,
    configTxt: undefined,
  };
}
