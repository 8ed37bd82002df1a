import { parseArguments } from '../arguments.ts';
import { misuse } from '../command.ts';
import { simulate } from '../commands/simulate.ts';
import { listenForSignals, nodeIo } from '../node-io.ts';

export { runBoard } from './run-board.ts';

/** `jailhouse-cells simulate` as a program of its own, for the extension (dist/simulator.cjs). */
export async function main(): Promise<void> {
  const io = nodeIo(listenForSignals());
  const parsed = parseArguments(process.argv.slice(2), simulate.options);
  const outcome = parsed.ok ? await simulate.run(parsed.arguments, io) : misuse(simulate.name, parsed.message);
  if (outcome.out) io.out.write(outcome.out);
  if (outcome.err) io.err.write(outcome.err);
  process.exitCode = outcome.status;
}
