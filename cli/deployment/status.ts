import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { poll, type TargetLook } from '@jailhouse-cells/deploy/observe/poll.ts';
import { plural } from '../findings/result.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { table } from '../table.ts';
import { type AtTarget, noTarget, type TargetCall, withTarget } from './session.ts';

export interface StatusCall extends TargetCall {
  /** Look again and again until Ctrl-C. */
  readonly watch: boolean;
}

/** Milliseconds between two looks. */
const every = 2000;

/** Shows the hypervisor and its cells: once, or until the user has seen enough. */
export async function showStatus(call: StatusCall, io: Io): Promise<Outcome> {
  return withTarget(call, io, async (at) => {
    let before: TargetLook | undefined;
    let shown = '';
    for (;;) {
      const looked = await poll(at.session.connection, before, at.signal);
      if (at.signal.aborted) return { status: exitStatus.cancelled };
      if (looked.kind !== 'look') {
        const reason = looked.kind === 'none' ? looked.reason : undefined;
        return noTarget({ kind: 'no-target', message: looked.message, reason }, call.json);
      }
      const { look } = looked;
      before = look;
      const text = call.json ? `${JSON.stringify(jsonLook(look, at), undefined, call.watch ? undefined : 2)}\n` : lookText(look, at);
      if (!call.watch) return { status: exitStatus.fine, out: text };
      if (io.out.isTerminal && !call.json) {
        // Back to the top of what was shown last.
        const up = shown === '' ? '' : `\u001b[${shown.split('\n').length - 1}A\r\u001b[J`;
        io.out.write(up + text);
      } else if (text !== shown) io.out.write(text);
      shown = text;
      await pause(every, at.signal);
      if (at.signal.aborted) return { status: exitStatus.cancelled };
    }
  });
}

function lookText({ enabled, module, cells }: TargetLook, { where, width, style, io }: AtTarget): string {
  const others = cells.filter(({ id }) => id !== 0);
  const state = enabled
    ? `hypervisor enabled, ${others.length === 0 ? 'no cells' : plural(others.length, 'cell')} beside the root cell`
    : `hypervisor not enabled${module === 'loaded' ? '' : ', its kernel module is not loaded'}`;
  const lines = [`${style.strong(`${where}:`)} ${state}`];
  if (cells.length > 0) {
    const rate = cells.some(({ exitsPerSecond }) => exitsPerSecond !== undefined);
    const columns = [
      { heading: 'id', align: 'right' as const },
      { heading: 'cell' },
      { heading: 'state' },
      { heading: 'CPUs' },
      // Lines of a log that is compared would differ by these numbers alone.
      ...(rate && io.out.isTerminal ? [{ heading: 'exits/s', align: 'right' as const }] : []),
      { heading: 'parked' },
    ];
    const rows = cells.map(({ id, name, state: now, cpus, failedCpus, exitsPerSecond }) => [
      String(id),
      printable(name),
      printable(now),
      cpus.join(',') || 'none',
      ...(columns.length === 6 ? [exitsPerSecond === undefined ? '' : String(Math.round(exitsPerSecond))] : []),
      failedCpus.length === 0 ? '' : `CPU ${failedCpus.join(', ')}`,
    ]);
    lines.push(...table(columns, rows, width));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function jsonLook({ enabled, module, bootId, cells }: TargetLook, { target }: AtTarget) {
  return {
    version: 1,
    target: { name: target.name, host: target.host, simulated: target.simulated === true },
    bootId,
    module: module === 'loaded',
    enabled,
    cells: cells.map(({ id, name, state, cpus, failedCpus, exits, exitsPerSecond }) => ({
      id,
      name,
      state,
      cpus,
      failedCpus,
      exits: exits ?? null,
      exitsPerSecond: exitsPerSecond ?? null,
    })),
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}
