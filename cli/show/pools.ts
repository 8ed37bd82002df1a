import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { System } from '@jailhouse-cells/core/system/system.ts';
import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import type { Arguments } from '../arguments.ts';
import { misuse } from '../command.ts';
import { checkConfigs, openSession, type Session } from '../configs.ts';
import { collect } from '../findings/result.ts';
import { textReport } from '../findings/text.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { styleFor, widthOf } from '../style.ts';
import { describePool, type PoolDescription } from './pool-description.ts';
import { poolText } from './pool-text.ts';

/** What `show --pool` comes to: the pools of the systems that the named configs belong to. */
export interface ShownPools {
  readonly status: number;
  readonly pools: readonly PoolDescription[];
  readonly text: string;
  readonly err: string;
}

export async function showPools(parsed: Arguments, io: Io): Promise<ShownPools | { readonly outcome: Outcome }> {
  const opened = openSession('show', parsed, parsed.operands, io);
  if (!opened.ok) return opened;
  const { session } = opened;
  const checked = await checkConfigs(session, io);
  if (!checked.ok) return checked;
  const roots = new Set(
    checked.reports.flatMap((report) => report.system?.rootCell ?? (report.config?.kind === 'system' ? report.path : [])),
  );
  const unreadable = new Map<string, FileReport>();
  const readable = (path: string): FileReport[] => {
    const report = session.workspace.check(path);
    if (report.config === undefined) unreadable.set(path, report);
    return report.config === undefined ? [] : [report];
  };
  for (const { path } of checked.reports) readable(path);
  if (roots.size === 0 && unreadable.size === 0) {
    const message =
      'show --pool needs a system config, or a cell whose system is known: name the root config, or put both into jailhouse.json.';
    return { outcome: misuse('show', message) };
  }
  const pools = [...roots].flatMap((root) => readable(root).flatMap((report) => poolOf(session, report, readable, io)));
  const options = { style: styleFor(io.err, io, parsed.value('--color')), width: widthOf(io.err), all: false };
  const style = styleFor(io.out, io, parsed.value('--color'));
  return {
    status: unreadable.size > 0 ? exitStatus.failed : exitStatus.fine,
    pools,
    text: pools.map((pool) => poolText(pool, widthOf(io.out), style)).join('\n'),
    err: unreadable.size > 0 ? textReport(collect([...unreadable.values()]), session.places, options) : '',
  };
}

function poolOf(session: Session, root: FileReport, readable: (path: string) => FileReport[], io: Io): PoolDescription[] {
  if (root.config === undefined) return [];
  const cells = (root.system?.cells ?? []).flatMap(readable);
  const system: System = {
    name: root.system?.name ?? root.config.cell.name.value,
    root: root.config,
    cells: cells.flatMap(({ config }) => (config === undefined ? [] : [{ config, guestTree: undefined }])),
    board: session.workspace.board(root.path)?.board,
    explicitSet: root.system?.explicitSet ?? false,
  };
  return [describePool(system, shownPath(io.cwd, root.path))];
}
