import type { Board, BoardVariant } from './board.ts';
import { settingNumber } from './config-txt.ts';
import { gpuMemoryLimits } from './config-txt-names.ts';
import { withLinuxMemory } from './linux-memory.ts';
import { type PiModel, piModelFacts } from './pi-model.ts';
import { qemuArm64Board } from './qemu-arm64.ts';
import { raspberryPi4 } from './raspberry-pi-4.ts';

const MIB = 1024n * 1024n;

/** What may be tried with a board in place of what its files say. */
export interface BoardChange {
  /** Bytes of RAM fitted. */
  readonly ram?: bigint | undefined;
  /** MiB of GPU memory; Raspberry Pi only. */
  readonly gpuMem?: number | undefined;
}

/** The sizes of RAM that a board may have: those that it is sold with, else what is known of it. */
export function ramChoices(board: Board, model: PiModel | undefined): readonly { readonly name: string; readonly size: bigint }[] {
  const known = board.variants.map(({ name, size }) => ({ name, size }));
  if (model === undefined) return known;
  const sizes = new Map(known.map((variant) => [variant.size, variant]));
  for (const size of piModelFacts[model].ram) if (!sizes.has(size)) sizes.set(size, { name: `${size / (1024n * MIB)} GB`, size });
  return [...sizes.values()].sort((a, b) => (a.size < b.size ? -1 : 1));
}

/** The board with other RAM or GPU memory. What cannot be changed there stays as it is: a board of which only its tree tells has its RAM. */
export function boardWith(board: Board, model: PiModel | undefined, { ram, gpuMem }: BoardChange): Board {
  const variants = ram === undefined ? board.variants : variantsWithRam(board, model, ram);
  return {
    ...board,
    variants: model === undefined || gpuMem === undefined ? variants : variants.map((variant) => withGpuMemory(board, variant, gpuMem)),
  };
}

function variantsWithRam(board: Board, model: PiModel | undefined, ram: bigint): readonly BoardVariant[] {
  const fitting = board.variants.filter(({ size }) => size === ram);
  if (fitting.length > 0) return fitting;
  const { firmware, commandLine, span } = board;
  if (model !== undefined) {
    const peripherals = board.gic === undefined ? undefined : board.gic.gicd.start > 0xffffffffn ? 'high' : 'low';
    return raspberryPi4({ model, ram, firmware, commandLine, peripherals, span }).variants;
  }
  if (board.kind === 'qemu-arm64' && board.tree === undefined)
    return qemuArm64Board({ ram, cpus: board.cpus?.length ?? 1, commandLine, span }).variants;
  return board.variants;
}

/** The GPU has the top of the first GiB; where its size is written stays the place of it. */
function withGpuMemory(board: Board, variant: BoardVariant, gpuMem: number): BoardVariant {
  const { gpu } = variant;
  if (gpu === undefined) return variant;
  const top = gpu.start + gpu.size;
  const megabytes = BigInt(Math.min(Math.max(Math.trunc(gpuMem), gpuMemoryLimits.least), gpuMemoryLimits.most));
  const size = megabytes * MIB < top ? megabytes * MIB : top;
  const architecture = settingNumber(board.firmware, 'arm_64bit') === 0 ? 'arm' : 'arm64';
  return withLinuxMemory({ ...variant, gpu: { ...gpu, start: top - size, size } }, board.commandLine, architecture);
}
