import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The real ssh behind a script that can be told that the network is gone, or to send a part of its input only. */
export class BreakableSsh {
  private readonly folder = mkdtempSync(join(tmpdir(), 'jhc-ssh-'));
  /** For ConnectionOptions.ssh. */
  readonly program = join(this.folder, 'ssh');

  /** @param mark A text that the command lines of this board's ssh processes have, and no others. */
  constructor(private readonly mark: string) {
    const script = [
      '#!/bin/sh',
      `here=${this.folder}`,
      'if [ -e "$here/cut" ]; then echo "ssh: connect to host board port 22: Network is unreachable" >&2; exit 255; fi',
      'if [ -e "$here/part" ]; then',
      'part="$(cat "$here/part")"; rm "$here/part"',
      '{ head -c "$part"; exec sleep 2; } | exec ssh "$@"',
      'fi',
      'exec ssh "$@"',
    ];
    writeFileSync(this.program, `${script.join('\n')}\n`, { mode: 0o700 });
  }

  /** Ends all connections at once, the way that SIGKILL does, and lets no new one come up. */
  cut(): void {
    writeFileSync(join(this.folder, 'cut'), '');
    this.kill();
  }

  /** Ends all connections; new ones work. */
  kill(): void {
    for (const pid of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }

  mend(): void {
    rmSync(join(this.folder, 'cut'), { force: true });
    rmSync(join(this.folder, 'part'), { force: true });
  }

  /** The next ssh sends so many bytes of its input, and then nothing for a while. */
  sendOnly(bytes: number): void {
    writeFileSync(join(this.folder, 'part'), String(bytes));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private processes(): readonly number[] {
    return readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
      try {
        const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        // The shared connection calls itself `ssh: SOCKET [mux]`.
        const isClient = words.includes(this.mark) && words.includes('-F');
        return isClient || this.isMaster(words) ? [Number(name)] : [];
      } catch {
        return [];
      }
    });
  }

  private isMaster(words: readonly string[]): boolean {
    return words.length > 0 && (words[0] ?? '').startsWith('ssh: ') && (words[0] ?? '').includes(this.folder);
  }

  /** For ConnectionOptions.controlFolder: the shared connection's socket lies below it, and so does its name. */
  get controlFolder(): string {
    return this.folder;
  }
}
