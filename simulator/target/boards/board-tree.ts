import type { SimulatedBoard } from '../../machine/machine.ts';
import { toBytes } from '../byte-text.ts';
import { type TreeNode, writeFlattenedTree } from '../files/flattened-tree.ts';

type Value = Uint8Array | readonly (number | bigint)[] | readonly string[] | true;

/** A device tree for a simulated board, from its physical facts: what the firmware would have given Linux. */
export function boardTree(board: SimulatedBoard, cmdline: string): Uint8Array {
  const { gic } = board;
  const wide = (value: bigint): readonly bigint[] => [value >> 32n, value & 0xffffffffn];
  const regions = (...list: readonly { readonly start: bigint; readonly size: bigint }[]): readonly bigint[] =>
    list.flatMap(({ start, size }) => [...wide(start), ...wide(size)]);
  const hex = (value: bigint): string => value.toString(16);
  const gicRegions =
    gic.version === 2
      ? [
          { start: gic.gicd, size: 0x1000n },
          { start: gic.gicc ?? 0n, size: 0x2000n },
          { start: gic.gich ?? 0n, size: 0x2000n },
          { start: gic.gicv ?? 0n, size: 0x2000n },
        ]
      : [
          { start: gic.gicd, size: 0x10000n },
          { start: gic.gicr ?? 0n, size: 0x20000n * BigInt(board.cpus) },
        ];
  const isPi = board.compatible.some((each) => each.startsWith('raspberrypi'));
  const interrupts = board.maintenanceIntid - 16;
  const root = node(
    '',
    { '#address-cells': [2], '#size-cells': [2], 'interrupt-parent': [1], compatible: board.compatible, model: [board.model] },
    [
      node('chosen', { bootargs: [cmdline] }),
      node(
        'cpus',
        { '#address-cells': [1], '#size-cells': [0] },
        Array.from({ length: board.cpus }, (_, cpu) =>
          node(`cpu@${cpu.toString(16)}`, {
            device_type: ['cpu'],
            compatible: [isPi ? 'arm,cortex-a72' : 'arm,cortex-a57'],
            reg: [cpu],
            'enable-method': ['psci'],
          }),
        ),
      ),
      ...(isPi
        ? [node('memory@0', { device_type: ['memory'], reg: regions(...board.linuxRam) })]
        : board.linuxRam.map((ram) => node(`memory@${hex(ram.start)}`, { device_type: ['memory'], reg: regions(ram) }))),
      node('psci', { compatible: ['arm,psci-1.0', 'arm,psci-0.2', 'arm,psci'], method: ['smc'] }),
      node(
        'reserved-memory',
        { '#address-cells': [2], '#size-cells': [2], ranges: true },
        board.reserved.map(({ start, size, name }) => node(name, { reg: regions({ start, size }), 'no-map': true })),
      ),
      node(`interrupt-controller@${hex(gic.gicd)}`, {
        compatible: [gic.version === 2 ? 'arm,gic-400' : 'arm,gic-v3'],
        ...(gic.version === 3 ? { '#address-cells': [2], '#size-cells': [2] } : {}),
        '#interrupt-cells': [3],
        'interrupt-controller': true,
        reg: regions(...gicRegions),
        interrupts: [1, interrupts, 4],
        phandle: [1],
      }),
      node('timer', { compatible: ['arm,armv8-timer'], interrupts: [1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4] }),
      ...(board.uarts ?? []).map(({ address, kind }) =>
        node(`serial@${hex(address)}`, {
          compatible: kind === 'pl011' ? ['arm,pl011', 'arm,primecell'] : ['brcm,bcm2835-aux-uart'],
          reg: regions({ start: address, size: kind === 'pl011' ? 0x200n : 0x40n }),
        }),
      ),
      ...(isPi
        ? [
            node('pcie@fd500000', {
              compatible: ['brcm,bcm2711-pcie'],
              device_type: ['pci'],
              reg: regions({ start: 0xfd500000n, size: 0x9310n }),
              'linux,pci-domain': [0],
            }),
          ]
        : [
            node('pcie@10000000', {
              compatible: ['pci-host-ecam-generic'],
              device_type: ['pci'],
              reg: regions({ start: 0x4010000000n, size: 0x10000000n }),
              'linux,pci-domain': [0],
            }),
          ]),
    ],
  );
  return writeFlattenedTree({ root, version: 17, bootCpu: 0, reservations: new Uint8Array(16) });
}

function node(name: string, properties: Readonly<Record<string, Value>>, children: TreeNode[] = []): TreeNode {
  return { name, properties: new Map(Object.entries(properties).map(([key, value]) => [key, bytesOf(value)])), children };
}

function bytesOf(value: Value): Uint8Array {
  if (value === true) return new Uint8Array();
  if (value instanceof Uint8Array) return value;
  if (typeof value[0] === 'string') return toBytes(value.map((text) => `${text}\0`).join(''));
  const bytes = new Uint8Array(4 * value.length);
  const view = new DataView(bytes.buffer);
  for (const [index, cell] of value.entries()) view.setUint32(4 * index, Number(cell));
  return bytes;
}
