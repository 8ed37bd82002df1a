import type { Board } from '../../board/board.ts';
import { cpuLimits } from '../../board/kernel-limits.ts';
import type { RelatedPlace } from '../../source/finding.ts';

/** The CPUs that Linux has when Jailhouse is enabled. */
export interface OnlineCpus {
  /** CPUs that Linux knows: bits 0 to n-1. */
  readonly known: bigint;
  /** Of those, the ones that it starts at boot; `maxcpus=` leaves others for later. */
  readonly started: bigint;
  /** Where the numbers come from. */
  readonly related: readonly RelatedPlace[];
}

/** Undefined where nothing tells how many CPUs the board has. */
export function onlineCpus(board: Board): OnlineCpus | undefined {
  if (board.cpus === undefined) return undefined;
  const limits = cpuLimits(board.commandLine);
  const fitted = board.cpus.length;
  const known = Math.min(fitted, Math.max(1, limits.known ?? fitted));
  // The CPU that boots always runs.
  const started = Math.min(known, Math.max(1, limits.started ?? known));
  const related: RelatedPlace[] = [];
  const last = board.cpus.at(-1);
  if (last !== undefined) related.push({ span: last.span, message: `${board.name} has ${fitted === 1 ? 'one CPU' : `${fitted} CPUs`}` });
  if (started < fitted) {
    for (const { name, value, span } of limits.parameters) {
      if (name !== 'isolcpus') related.push({ span, message: value === undefined ? name : `${name}=${value}` });
    }
  }
  return { known: firstBits(known), started: firstBits(started), related };
}

function firstBits(count: number): bigint {
  return (1n << BigInt(count)) - 1n;
}
