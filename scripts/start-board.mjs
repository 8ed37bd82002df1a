// Starts the simulated board for `npm start`, as the target "simulated" of the user.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './programs.mjs';

/**
 * Resolves once the board can be reached, with the line that says so; with why it cannot run otherwise. It ends with this process.
 * @returns {Promise<string>}
 */
export function startBoard() {
  const board = spawn(process.execPath, [join(root, 'dist/simulator.cjs'), '--json', '--stop-with-stdin'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Ctrl-C reaches it, too; whatever else ends this process closes its input.
  process.on('exit', () => board.stdin.end());
  let said = '';
  let complaint = '';
  board.stdout.setEncoding('utf8');
  board.stderr.setEncoding('utf8');
  return new Promise((resolve) => {
    board.stdout.on('data', (text) => {
      said += text;
      if (said.includes('\n'))
        resolve('A simulated Raspberry Pi 4 runs as the target "simulated": deploy to it, or look at it in the view Targets.');
    });
    board.stderr.on('data', (text) => {
      complaint += text;
    });
    board.on('error', (error) => resolve(`No simulated board: ${error.message}`));
    board.on('exit', () => resolve(`No simulated board: ${complaint.trim().split('\n').at(-1)}`));
  });
}
