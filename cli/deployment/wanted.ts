import type { Deployment } from '@jailhouse-cells/core/deployment/deployment.ts';
import type { Explain } from '@jailhouse-cells/core/deployment/meaning.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { meaningsOf, placeOf } from '@jailhouse-cells/core/workspace/meanings.ts';
import type { Arguments } from '../arguments.ts';
import { misuse } from '../command.ts';
import { openSession, type Session } from '../configs.ts';
import { jsonText } from '../findings/json-text.ts';
import type { PlaceSource } from '../findings/place.ts';
import { findingsText } from '../findings/text.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { absolutePath } from '../paths.ts';
import { nearest } from '../spelling.ts';
import { styleFor, widthOf } from '../style.ts';
import { jsonPlaceOf } from './places.ts';

/** A target as jailhouse.json states it. */
export interface StatedTarget {
  readonly name: string;
  readonly host: string;
  readonly sudo: boolean;
}

/** The system that a command is about, as its sources are now. */
export interface WantedSystem {
  readonly deployment: Deployment;
  /** Those of the jailhouse.json above it. */
  readonly targets: readonly StatedTarget[];
  /** Name of the cell whose config the path is; undefined: it names the system as a whole. */
  readonly cell: string | undefined;
  readonly explain: Explain;
  readonly places: PlaceSource;
}

export type FoundSystem = { readonly ok: true; readonly wanted: WantedSystem } | { readonly ok: false; readonly outcome: Outcome };

/** The one system that a path belongs to; `--system` chooses where there are several. */
export function findSystem(command: string, parsed: Arguments, path: string, io: Io): FoundSystem {
  const opened = openSession(command, parsed, [path], io);
  if (!opened.ok) return opened;
  const { session } = opened;
  const wrong = (message: string): FoundSystem => ({ ok: false, outcome: misuse(command, message) });
  const systems = systemsOf(session);
  const name = parsed.value('--system');
  const names = [...new Set([...systems.values()].map((system) => system.name))].sort();
  const chosen = [...systems].filter(([, system]) => name === undefined || system.name === name);
  const [first, second] = chosen;
  if (first === undefined) {
    if (name === undefined)
      return wrong(`"${printable(path)}" belongs to no system: name a system config, or put system and cells into a jailhouse.json.`);
    const meant = nearest(name, names);
    const hint = meant === undefined ? `there are ${names.map(printable).join(', ')}.` : `did you mean ${printable(meant)}?`;
    return wrong(`there is no system "${printable(name)}" in "${printable(path)}"; ${hint}`);
  }
  if (second !== undefined) {
    const shown = names.slice(0, 8).map(printable).join(', ');
    return wrong(
      `"${printable(path)}" has ${chosen.length} systems (${shown}${names.length > 8 ? ', …' : ''}). Choose one with --system NAME, or name its system config.`,
    );
  }
  const [rootCell] = first;
  const { workspace, places } = session;
  const deployment = workspace.deployment(rootCell);
  if (deployment === undefined) return { ok: false, outcome: unreadable(session, rootCell, parsed, io) };
  const operand = absolutePath(io.cwd, path);
  const configs = [rootCell, ...deployment.cells.map((cell) => cell.path)];
  return {
    ok: true,
    wanted: {
      deployment,
      targets: workspace.targets(rootCell).map(({ name: target, host, sudo }) => ({ name: target, host, sudo })),
      cell: deployment.cells.find((cell) => cell.path === operand)?.name,
      explain: async (text) => meaningsOf(workspace, configs, text),
      places,
    },
  };
}

/** The system config is not there or holds no config: what its findings and those of its jailhouse.json say. */
function unreadable({ workspace, projects, places }: Session, rootCell: string, parsed: Arguments, io: Io): Outcome {
  const status = exitStatus.failed;
  const message = `"${rootCell}" is no system config that can be read.`;
  const err = `jailhouse-cells: ${printable(message)}\n`;
  const findings = [...projects, ...(io.fs.stat(rootCell) === 'file' ? [rootCell] : [])]
    .flatMap((path) => workspace.check(path).findings)
    .filter(({ severity }) => severity === 'error');
  if (parsed.has('--json')) {
    const placed = findings.map(({ rule, severity, message: text, span }) => {
      const place = workspace.text(span.file) === undefined ? undefined : placeOf(workspace, span);
      return { rule, severity, message: text, place: jsonPlaceOf(place, io.cwd) };
    });
    return { status, err, out: jsonText({ version: 1, result: 'refused', reason: 'findings', message, findings: placed }) };
  }
  const style = styleFor(io.out, io, parsed.value('--color'));
  return { status, err, out: findingsText(findings, places, { style, width: Math.min(100, widthOf(io.out)), all: false }) };
}

/** The system for a command that can do without one: of the path, else of the current folder where no target is named. */
export function findOptionalSystem(
  command: string,
  parsed: Arguments,
  path: string | undefined,
  io: Io,
): FoundSystem | { readonly ok: true; readonly wanted: undefined } {
  if (path !== undefined) return findSystem(command, parsed, path, io);
  if (parsed.has('--system')) return findSystem(command, parsed, '.', io);
  if (parsed.has('--target')) return { ok: true, wanted: undefined };
  const here = findSystem(command, parsed, '.', io);
  return here.ok ? here : { ok: true, wanted: undefined };
}

/** By the path of the system config. */
function systemsOf({ workspace, configs }: Session): ReadonlyMap<string, { readonly name: string }> {
  const found = new Map<string, { readonly name: string }>();
  for (const { path } of configs) {
    const { system, config } = workspace.check(path);
    if (system !== undefined) found.set(system.rootCell, system);
    else if (config?.system !== undefined) found.set(path, { name: config.cell.name.value });
  }
  return found;
}
