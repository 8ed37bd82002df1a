import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServedTarget, type ServeOptions, serveTarget } from '@jailhouse-cells/simulator/server/serve-target.ts';
import type { SimulatedTarget } from '@jailhouse-cells/simulator/target/target.ts';
import { onTestFinished } from 'vitest';

export interface Ended {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program of OpenSSH to its end. */
export function finish(child: ChildProcess, input?: Uint8Array | 'open'): Promise<Ended> {
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout?.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin?.on('error', () => undefined);
  if (input !== 'open') child.stdin?.end(input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout: Buffer.concat(stdout), stderr }));
  });
}

export function client(program: 'ssh' | 'scp' | 'sftp', served: ServedTarget, words: readonly string[]): ChildProcess {
  return spawn(program, ['-F', served.sshConfig, '-o', 'BatchMode=yes', ...words], { stdio: 'pipe' });
}

/** One command over a connection of its own. */
export function ssh(served: ServedTarget, command: string, input?: Uint8Array, words: readonly string[] = []): Promise<Ended> {
  return finish(client('ssh', served, [...words, served.host, command]), input);
}

/** A folder that goes with the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'simulated-board-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A served target that stops with the test. */
export async function serve(target: SimulatedTarget, options: Partial<ServeOptions> = {}): Promise<ServedTarget> {
  const served = await serveTarget(target, { folder: testFolder(), bootTime: 50, home: '/home/pi', ...options });
  onTestFinished(() => served.stop());
  return served;
}

/** Waits for something that another process brings about. */
export async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
}
