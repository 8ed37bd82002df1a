/** How long things may take, in milliseconds. */
export interface Limits {
  /** A command of the driver: it waits for CPUs, and a loaded board is slow (target-behaviour.md, section 3: up to 5 s on an emulator). */
  readonly command: number;
  /** Whether the target still lives, once a command did not come back. */
  readonly probe: number;
  /** A board that closed the connection may be restarting: until it is asked for the last time. */
  readonly comeBack: number;
  /** A file, on top of `command`: for each byte. */
  readonly uploadByte: number;
}

/** Uploads: 100 kB a second at least. */
export const usualLimits: Limits = { command: 60_000, probe: 12_000, comeBack: 30_000, uploadByte: 0.01 };
