import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { parseArguments } from './arguments.ts';
import { type Command, misuse } from './command.ts';
import { build } from './commands/build.ts';
import { destroy, disable, restart, stop } from './commands/cell-actions.ts';
import { check } from './commands/check.ts';
import { console } from './commands/console.ts';
import { deploy } from './commands/deploy.ts';
import { dtc } from './commands/dtc.ts';
import { explain } from './commands/explain.ts';
import { map } from './commands/map.ts';
import { plan } from './commands/plan.ts';
import { show } from './commands/show.ts';
import { simulate } from './commands/simulate.ts';
import { status } from './commands/status.ts';
import { target } from './commands/target.ts';
import { jsonText } from './findings/json-text.ts';
import { commandHelp, overview } from './help.ts';
import { exitStatus, type Io, type Outcome } from './io.ts';
import { absolutePath } from './paths.ts';
import { nearest } from './spelling.ts';
import { widthOf } from './style.ts';
import { version } from './version.ts';

export const commands: readonly Command[] = [
  ...[check, build, dtc, show, map, explain],
  ...[target, plan, deploy, status, console, stop, restart, destroy, disable, simulate],
];

/** Runs one call and prints what it has to say; resolves to the exit status. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const outcome = await dispatch(argv, io).catch((error: unknown) => internalError(error, io));
  if (outcome.out) io.out.write(outcome.out);
  if (outcome.err) io.err.write(outcome.err);
  return outcome.status;
}

async function dispatch(argv: readonly string[], io: Io): Promise<Outcome> {
  const [name, ...rest] = argv;
  const width = Math.min(100, widthOf(io.out));
  if (name === undefined) return { status: exitStatus.misuse, err: overview(commands, width) };
  if (name === '--help' || name === '-h') return { status: exitStatus.fine, out: overview(commands, width) };
  if (name === '--version' || name === '-V') return { status: exitStatus.fine, out: `jailhouse-cells ${version}\n` };
  if (name === 'help' && rest.length <= 1) {
    const topic = commands.find((candidate) => candidate.name === rest[0]);
    if (topic !== undefined || rest.length === 0) {
      return { status: exitStatus.fine, out: topic === undefined ? overview(commands, width) : commandHelp(topic, width) };
    }
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return unknownCommand(name, io);
  // Help is given even when other arguments are wrong: that is when it is needed.
  const beforeOperands = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (beforeOperands.some((word) => word === '--help' || word === '-h')) {
    return { status: exitStatus.fine, out: commandHelp(command, width) };
  }
  const parsed = parseArguments(rest, command.options);
  const outcome = parsed.ok ? await command.run(parsed.arguments, io) : misuse(command.name, parsed.message);
  return beforeOperands.includes('--json') ? answeredInJson(command, outcome) : outcome;
}

/** Programs that read what a command on a target prints get an object in any case: also where the call was wrong. */
function answeredInJson({ options }: Command, outcome: Outcome): Outcome {
  const { status, out, err } = outcome;
  if ((status !== exitStatus.misuse && status !== exitStatus.failed) || out || !err || !options.some(({ name }) => name === '--target'))
    return outcome;
  const message = (err.split('\n', 1)[0] ?? '').replace(/^jailhouse-cells: /, '');
  return {
    ...outcome,
    out: jsonText({ version: 1, result: 'refused', reason: status === exitStatus.misuse ? 'call' : 'failed', message }),
  };
}

function unknownCommand(name: string, io: Io): Outcome {
  const names = commands.map((command) => command.name);
  if (name.startsWith('-')) return misuse(undefined, `there is no option "${printable(name)}" before the command (${names.join(', ')}).`);
  const meant = nearest(name, names);
  if (meant !== undefined) return misuse(undefined, `there is no command "${printable(name)}"; did you mean ${meant}?`);
  const isPath = io.fs.stat(absolutePath(io.cwd, name)) !== undefined;
  const remedy = isPath ? `to check that path, write: jailhouse-cells check ${printable(name)}` : `the commands are ${names.join(', ')}.`;
  return misuse(undefined, `there is no command "${printable(name)}"; ${remedy}`);
}

/** The engine answers with findings, never with an exception: one that comes through is a mistake of ours. */
function internalError(error: unknown, io: Io): Outcome {
  const text = error instanceof Error ? ((io.env.JAILHOUSE_CELLS_DEBUG ? error.stack : undefined) ?? error.message) : String(error);
  return {
    status: exitStatus.failed,
    err: `jailhouse-cells: internal error: ${text.split('\n').map(printable).join('\n')}\nPlease report it with the config; JAILHOUSE_CELLS_DEBUG=1 prints where it happened.\n`,
  };
}
