import type { SimulatedBoard } from '../machine/machine.ts';
import { flatTree, type TreeNode } from './flat-tree.ts';

/** A board's own part of its tree; the rest is the same for all of them. */
export interface BoardParts {
  readonly root: TreeNode['properties'];
  /** Cells of a size; an address has two everywhere. */
  readonly sizeCells: 1 | 2;
  readonly cpu: string;
  readonly nodes: readonly TreeNode[];
  /** Nodes of /reserved-memory besides what is reserved for Jailhouse. */
  readonly reservations: readonly TreeNode[];
}

/** Interrupt types of the GIC's binding. */
export const spi = 0;
export const ppi = 1;
export const levelHigh = 4;
const levelLow = 8;
/** A PPI of a GICv2 names the CPUs in its flags, one bit each from bit 8. */
export const allFour = 0xf00;

/** `reg` of one window. */
export function reg(sizeCells: 1 | 2, start: bigint, size: bigint): readonly number[] {
  return [...address(start), ...(sizeCells === 2 ? address(size) : [Number(size)])];
}

/** One cell cannot tell 4 GiB: then there are two windows of half the size. */
function memoryReg(sizeCells: 1 | 2, start: bigint, size: bigint): readonly number[] {
  if (sizeCells === 2 || size < 1n << 32n) return reg(sizeCells, start, size);
  const half = size / 2n;
  return [...memoryReg(1, start, half), ...memoryReg(1, start + half, size - half)];
}

export function address(value: bigint): readonly number[] {
  return [Number(value >> 32n), Number(value & 0xffffffffn)];
}

/** The blob that Linux of the board was started with: memory filled in, CPUs that PSCI starts, what is reserved for Jailhouse. */
export function boardTree(board: SimulatedBoard, commandLine: string, parts: BoardParts): Uint8Array {
  const { sizeCells } = parts;
  const cellCounts = { '#address-cells': [2], '#size-cells': [sizeCells] };
  const [first] = board.linuxRam;
  const gicFlags = board.gic.version === 2 ? allFour : 0;
  return flatTree({
    name: '',
    properties: { compatible: [...board.compatible], model: board.model, ...cellCounts, ...parts.root },
    nodes: [
      { name: 'chosen', properties: { bootargs: commandLine } },
      {
        name: `memory@${(first?.start ?? 0n).toString(16)}`,
        properties: {
          device_type: 'memory',
          reg: memoryOf(board).flatMap(({ start, size }) => memoryReg(sizeCells, start, size)),
        },
      },
      {
        name: 'reserved-memory',
        properties: { ...cellCounts, ranges: true },
        nodes: [
          ...parts.reservations,
          ...board.reserved.map(({ name, start, size }) => ({
            name,
            properties: { reg: reg(sizeCells, start, size), 'no-map': true as const },
          })),
        ],
      },
      { name: 'psci', properties: { compatible: ['arm,psci-1.0', 'arm,psci-0.2'], method: 'smc' } },
      {
        name: 'cpus',
        properties: { '#address-cells': [1], '#size-cells': [0] },
        nodes: Array.from({ length: board.cpus }, (_, id) => ({
          name: `cpu@${id.toString(16)}`,
          properties: { device_type: 'cpu', compatible: parts.cpu, reg: [id], 'enable-method': 'psci' },
        })),
      },
      {
        name: 'timer',
        properties: { compatible: 'arm,armv8-timer', interrupts: [13, 14, 11, 10].flatMap((number) => [ppi, number, gicFlags | levelLow]) },
      },
      ...parts.nodes,
    ],
  });
}

/** RAM that the firmware hands to Linux: with the parts that the command line takes away again (`mem=`) it is the RAM that is there. */
function memoryOf(board: SimulatedBoard): readonly { readonly start: bigint; readonly size: bigint }[] {
  return board.linuxRam.map(({ start, size }) => {
    const around = board.present.find(
      (window) => window.kind === 'ram' && start >= window.start && start + size <= window.start + window.size,
    );
    return { start, size: around !== undefined && around.start === start ? around.size : size };
  });
}
