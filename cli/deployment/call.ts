import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { Arguments, OptionSpec } from '../arguments.ts';
import { engineOptions, outputOptions } from '../engine-options.ts';
import type { TargetCall } from './session.ts';
import type { WantedSystem } from './wanted.ts';

export const targetOption: OptionSpec = {
  name: '--target',
  value: 'NAME',
  text: "A target of jailhouse.json or of `target list`, a host of ~/.ssh/config, or user@host. Default: the system's own.",
};

export const systemOption: OptionSpec = { name: '--system', value: 'NAME', text: 'Which system, where PATH has several.' };

export const jsonOption: OptionSpec = { name: '--json', text: 'Print one JSON object for programs.' };

const verboseOption: OptionSpec = {
  name: '--verbose',
  alias: '-v',
  text: 'Print every script that is sent, and its time, to the error stream.',
};

/** What every command that works on a target takes, its own options aside. */
export const targetOptions: readonly OptionSpec[] = [
  targetOption,
  systemOption,
  jsonOption,
  verboseOption,
  ...engineOptions,
  ...outputOptions,
];

/** The exit statuses that those commands share. */
export const targetExits = [
  { status: 2, when: 'wrong call: no such system, target or cell' },
  { status: 3, when: 'the target cannot be reached, or does not let us in: host key, login, root' },
  { status: 130, when: 'cancelled' },
] as const;

export function targetCall<W extends WantedSystem | undefined>(
  command: string,
  parsed: Arguments,
  wanted: W,
): TargetCall & { readonly wanted: W } {
  return {
    command,
    wanted,
    target: parsed.value('--target'),
    json: parsed.has('--json'),
    verbose: parsed.has('--verbose'),
    color: parsed.value('--color'),
  };
}

export type Seconds = { readonly ok: true; readonly seconds: number | undefined } | { readonly ok: false; readonly message: string };

/** An option with a number of seconds, up to a day. */
export function secondsOf(parsed: Arguments, name: string, least: number): Seconds {
  const text = parsed.value(name);
  if (text === undefined) return { ok: true, seconds: undefined };
  const seconds = /^\d{1,5}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= least && seconds <= 86_400) return { ok: true, seconds };
  return { ok: false, message: `${name} "${printable(text)}": write a number of seconds from ${least} to 86400.` };
}
