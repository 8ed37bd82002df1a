import type { SimulatedBoard } from '../machine/machine.ts';
import { address, boardTree, levelHigh, ppi, reg, spi } from './board-tree.ts';
import type { TreeNode } from './flat-tree.ts';

const gic = 1;
/** SPIs are edge triggered here. */
const edgeRising = 1;

function device(name: string, compatible: readonly string[], start: bigint, size: bigint, interrupt: number, flags = levelHigh): TreeNode {
  return { name, properties: { compatible, reg: reg(2, start, size), interrupts: [spi, interrupt, flags] } };
}

/** QEMU's arm64 machine with GICv3, as `-machine virt,gic-version=3,virtualization=on,dumpdtb=…` of QEMU 7.2 describes it; PSCI is called by smc. */
export function qemuTree(board: SimulatedBoard, commandLine: string): Uint8Array {
  return boardTree(board, commandLine, {
    root: { 'interrupt-parent': [gic] },
    sizeCells: 2,
    cpu: 'arm,cortex-a57',
    reservations: [],
    nodes: [
      {
        name: 'intc@8000000',
        properties: {
          compatible: 'arm,gic-v3',
          'interrupt-controller': true,
          '#interrupt-cells': [3],
          '#redistributor-regions': [1],
          '#address-cells': [2],
          '#size-cells': [2],
          ranges: true,
          reg: [...reg(2, 0x8000000n, 0x10000n), ...reg(2, 0x80a0000n, 0xf60000n)],
          interrupts: [ppi, 9, levelHigh],
          phandle: [gic],
        },
        nodes: [
          { name: 'its@8080000', properties: { compatible: 'arm,gic-v3-its', 'msi-controller': true, reg: reg(2, 0x8080000n, 0x20000n) } },
        ],
      },
      device('pl011@9000000', ['arm,pl011', 'arm,primecell'], 0x9000000n, 0x1000n, 1),
      device('pl031@9010000', ['arm,pl031', 'arm,primecell'], 0x9010000n, 0x1000n, 2),
      device('pl061@9030000', ['arm,pl061', 'arm,primecell'], 0x9030000n, 0x1000n, 7),
      { name: 'fw-cfg@9020000', properties: { compatible: 'qemu,fw-cfg-mmio', reg: reg(2, 0x9020000n, 0x18n) } },
      ...Array.from({ length: 32 }, (_, index) => {
        const at = 0xa000000n + BigInt(index) * 0x200n;
        return device(`virtio_mmio@${at.toString(16)}`, ['virtio,mmio'], at, 0x200n, 16 + index, edgeRising);
      }),
      {
        name: 'pcie@10000000',
        properties: {
          compatible: 'pci-host-ecam-generic',
          device_type: 'pci',
          '#address-cells': [3],
          '#size-cells': [2],
          '#interrupt-cells': [1],
          'linux,pci-domain': [0],
          'bus-range': [0, 0xff],
          reg: reg(2, 0x4010000000n, 0x10000000n),
          ranges: [
            ...[0x1000000, 0, 0, ...reg(2, 0x3eff0000n, 0x10000n)],
            ...[0x2000000, ...address(0x10000000n), ...reg(2, 0x10000000n, 0x2eff0000n)],
            ...[0x3000000, ...address(0x8000000000n), ...reg(2, 0x8000000000n, 0x8000000000n)],
          ],
          'interrupt-map-mask': [0x1800, 0, 0, 7],
          // Each slot begins one pin later.
          'interrupt-map': [0, 1, 2, 3].flatMap((slot) =>
            [1, 2, 3, 4].flatMap((pin) => [slot << 11, 0, 0, pin, gic, 0, 0, spi, 3 + ((slot + pin - 1) % 4), levelHigh]),
          ),
        },
      },
    ],
  });
}
