import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/programs.mjs';

/** A simulated board as somebody starts it on the command line, with a state folder of its own. */
export class SimulatedBoard {
  /** @param {{ folder: string, state: string, name?: string, args?: string[] }} options `state`: stands in for XDG_STATE_HOME. */
  static async start({ folder, state, name = 'simulated', args = [] }) {
    const child = spawn(
      process.execPath,
      [join(root, 'dist/simulator.cjs'), '--json', '--stop-with-stdin', '--name', name, '--folder', folder, ...args],
      { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, XDG_STATE_HOME: state } },
    );
    const board = new SimulatedBoard();
    board.child = child;
    board.exited = new Promise((resolve) => child.once('exit', resolve));
    let [output, errors] = ['', ''];
    child.stderr.on('data', (chunk) => (errors += chunk));
    /** @type {string} */
    const line = await new Promise((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        output += chunk;
        if (output.includes('\n')) resolve(output.slice(0, output.indexOf('\n')));
      });
      child.once('exit', (status) => reject(new Error(`the simulated board ended with status ${status}:\n${errors}`)));
    });
    board.target = JSON.parse(line).target;
    return board;
  }

  /** What a person sees who logs in and runs a command. @param {string} command */
  run(command) {
    const { sshConfig, host } = this.target;
    const { stdout, stderr, status } = spawnSync('ssh', ['-F', sshConfig, host, command], { encoding: 'utf8', input: '' });
    if (status === 255) throw new Error(`ssh: ${stderr}`);
    return stdout;
  }

  /** State of each cell by name, from sysfs; empty while the hypervisor is disabled. @returns {Record<string, string>} */
  cells() {
    const text = this.run(
      'for c in /sys/devices/jailhouse/cells/*; do [ -d "$c" ] && echo "$(cat "$c/name") $(cat "$c/state")"; done; true',
    );
    return Object.fromEntries(
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
    );
  }

  async stop() {
    this.child?.stdin.end();
    await this.exited;
  }
}
