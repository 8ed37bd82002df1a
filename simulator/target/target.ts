import type { Machine } from '../machine/machine.ts';

/** One command on the simulated target: what ssh brings along. */
export interface RemoteCommand {
  /** As the user's shell gets it; undefined: an interactive shell. */
  readonly command: string | undefined;
  /** Bytes as they come; ends when the client closes its side or the connection is gone. */
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: (bytes: Uint8Array) => void;
  readonly stderr: (bytes: Uint8Array) => void;
  /** Fires when the connection is lost. With a terminal the command dies of it; without one it goes on, as on a real board, until it reads or writes. */
  readonly lost: AbortSignal;
  readonly terminal: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** Faults that tests and demonstrations switch on. */
export interface TargetFaults {
  /** Bytes that can still be written; undefined: enough. */
  diskLeft?: number;
  readOnly?: boolean;
  /** Milliseconds that every command takes longer. */
  delay?: number;
  sudo?: 'allowed' | 'refused';
  /** Helper programs that are not installed: `flock`, `sha256sum`. */
  missing?: readonly string[];
}

/** The simulated board with its Linux: files, sysfs, kernel log, console, shell. State is in memory; files under the home directory survive `powerCycle`. */
export interface SimulatedTarget {
  readonly machine: Machine;
  readonly faults: TargetFaults;
  /** `frozen`: nothing answers any more; whoever serves connections has to stop answering too. */
  readonly power: 'up' | 'frozen' | 'off';
  readonly onPower: (listener: (power: 'up' | 'frozen' | 'off') => void) => void;
  /** Runs a command to its end; resolves with its exit status. Never resolves for one that hangs, until `lost` fires on a terminal. */
  run(command: RemoteCommand): Promise<number>;
  /** Off and on again: the hypervisor is gone, a new boot id, `/tmp` and `/run` are empty. */
  powerCycle(): void;
  /** Files of the target, for the SFTP service and for tests. */
  readonly files: TargetFiles;
}

/** Absolute paths; errors are thrown as `FileError`. */
export interface TargetFiles {
  read(path: string): Uint8Array;
  write(path: string, bytes: Uint8Array, mode?: number): void;
  append(path: string, bytes: Uint8Array): void;
  list(path: string): readonly string[];
  stat(path: string):
    | {
        readonly kind: 'file' | 'directory' | 'link' | 'device';
        readonly size: number;
        readonly mode: number;
        readonly inode: number;
        readonly modified: number;
      }
    | undefined;
  makeDirectory(path: string): void;
  /** Permission bits of what is there. */
  changeMode?(path: string, mode: number): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
}

/** As the C library names it: `ENOENT`, `ENOSPC`, `EROFS`, `EACCES`. */
export class FileError extends Error {
  constructor(
    readonly errno: string,
    readonly path: string,
  ) {
    super(`${errno}: ${path}`);
  }
}
