import type { SimulatedTarget, TargetFaults } from '../target/target.ts';
import { BoardError } from './board-error.ts';
import type { BoardName } from './board-names.ts';
import { type ServedTarget, type ServeOptions, serveTarget } from './serve-target.ts';

export interface SimulatedBoardOptions extends ServeOptions {
  readonly board: BoardName;
  /** Name of the login on the target; default `pi`. */
  readonly user?: string;
  readonly faults?: TargetFaults;
  /** Blob that /sys/firmware/fdt and /proc/device-tree show; default: one of our own. */
  readonly deviceTree?: Uint8Array;
}

/** A simulated board behind a real sshd on 127.0.0.1. Throws a BoardError that names the remedy. */
export async function startSimulatedBoard(options: SimulatedBoardOptions): Promise<ServedTarget> {
  const { board, user = 'pi', faults = {}, deviceTree, ...serving } = options;
  return serveTarget(makeTarget(board, user, faults, deviceTree), { home: `/home/${user}`, ...serving });
}

function makeTarget(_board: BoardName, _user: string, _faults: TargetFaults, _deviceTree: Uint8Array | undefined): SimulatedTarget {
  throw new BoardError('the simulated Linux is not there yet.');
}
