import { qemuTree } from '../board-tree/qemu-tree.ts';
import { rpi4Tree } from '../board-tree/rpi4-tree.ts';
import { qemuArm64, rpi4 } from '../machine/boards.ts';
import { createMachine } from '../machine/create-machine.ts';
import type { SimulatedBoard } from '../machine/machine.ts';
import { factsOf } from '../target/boards/facts-of.ts';
import { createTarget, type TargetAtHand } from '../target/create.ts';
import { scp } from '../target/programs/scp.ts';
import type { TargetFaults } from '../target/target.ts';
import type { BoardName } from './board-names.ts';
import { type ServedTarget, type ServeOptions, serveTarget } from './serve-target.ts';

export interface SimulatedBoardOptions extends ServeOptions {
  readonly board: BoardName;
  /** Name of the login on the target; default `pi`. */
  readonly user?: string;
  /** Read at every use: they may be changed while the board runs. */
  readonly faults?: TargetFaults;
  /** Blob that /sys/firmware/fdt and /proc/device-tree show; default: one of our own. */
  readonly deviceTree?: Uint8Array;
  /** Files to begin with, by absolute path on the target. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** The driver's module is loaded at boot; default: it is not. */
  readonly moduleLoaded?: boolean;
}

export interface SimulatedBoardServer extends ServedTarget {
  readonly target: TargetAtHand;
}

/** The first account of Debian's and of the vendor's images. */
const firstUser = 1000;

/** Starts a simulated board behind a real sshd on 127.0.0.1. Throws a BoardError that names the remedy. */
export async function startSimulatedBoard(options: SimulatedBoardOptions): Promise<SimulatedBoardServer> {
  const { board: name, user = 'pi', faults = {}, deviceTree, files = {}, moduleLoaded = false, ...serving } = options;
  const board = boardByName(name);
  const target = createTarget({
    board,
    machine: (board) => createMachine(board, () => performance.now()),
    user: { name: user, uid: firstUser, sudo: true },
    faults,
    files,
    moduleLoaded,
    programs: { scp },
    deviceTree: deviceTree ?? ownTree(board),
    // The server's boot time is all of it.
    rebootTime: 0,
  });
  return { ...(await serveTarget(target, { home: `/home/${user}`, ...serving })), target };
}

function boardByName(name: BoardName): SimulatedBoard {
  switch (name) {
    case 'rpi4-1gb':
      return rpi4(1);
    case 'rpi4-2gb':
      return rpi4(2);
    case 'rpi4-4gb':
      return rpi4(4);
    case 'rpi4-8gb':
      return rpi4(8);
    case 'qemu-arm64':
      return qemuArm64();
  }
}

function ownTree(board: SimulatedBoard): Uint8Array {
  const commandLine = factsOf(board).cmdline.trimEnd();
  return board.compatible.includes('brcm,bcm2711') ? rpi4Tree(board, commandLine) : qemuTree(board, commandLine);
}
