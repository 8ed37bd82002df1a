import { hasFlag, isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { addNames } from '../../fixes/flags.ts';
import { fix } from '../../fixes/source-text.ts';
import { isForLinux } from '../loading/linux-shape.ts';
import type { FileRule } from '../rule.ts';
import { mayBeX86 } from './inmate-evidence.ts';

/** JAILHOUSE_CELL_PASSIVE_COMMREG (include/jailhouse/cell-config.h). */
const passive = 0x1;

export const commReplyAwaitedForever: FileRule = {
  id: 'comm-reply-awaited-forever',
  title: 'Hypervisor waits for an answer for ever',
  severity: 'error',
  scope: 'file',
  catalogue: ['COMM-active-hang', 'LIN-passive'],
  prose: {
    meaning:
      'Without JAILHOUSE_CELL_PASSIVE_COMMREG the hypervisor asks a running cell before it is shut down and whenever another cell is created or destroyed, and with `msg_reply_timeout` 0 waits for ever. It is an error where nobody can answer: without a writable communication region, and in a cell for Linux. For another guest on ARM it is a warning; on x86, where programs of the inmate library do answer, nothing is said.',
    onTheBoard:
      'The board hangs at the next `jailhouse cell load`, `shutdown`, `create` or `destroy`, with the root cell stopped (control.c:cell_exchange_message; observed). Neither Linux nor the programs of the inmate library on ARM answer.',
    remedy:
      'Add JAILHOUSE_CELL_PASSIVE_COMMREG. For a guest that answers, set `msg_reply_timeout` to some millions of turns, so that one that is stuck does not stop the board.',
  },
  bad: '.name = "demo",\n.flags = 0,',
  good: '.name = "demo",\n.flags = JAILHOUSE_CELL_PASSIVE_COMMREG,',
  check(config, report) {
    const { flags, msgReplyTimeout } = config.cell;
    if (config.kind !== 'cell' || (flags.value & passive) !== 0 || (msgReplyTimeout?.value ?? 0n) !== 0n) return;
    if (msgReplyTimeout === undefined) return;
    const comm = config.memoryRegions.find((region) => isCommRegion(region) && !isEmpty(region));
    const able = comm !== undefined && hasFlag(comm, 'WRITE');
    if (able && (config.arch === 'x86' || mayBeX86(config))) return;
    const why = !able
      ? comm === undefined
        ? 'the cell has no communication region to answer in'
        : 'the cell cannot write its communication region'
      : isForLinux(config)
        ? 'Linux never answers'
        : 'a guest that does not answer, such as those of the inmate library on ARM, stops the board';
    report({
      // Whether a bare-metal guest answers no config tells.
      ...(able && !isForLinux(config) ? { severity: 'warning' as const } : {}),
      span: flags.span,
      fixes: () => fix('Add JAILHOUSE_CELL_PASSIVE_COMMREG', addNames(config, config.cell, flags, ['JAILHOUSE_CELL_PASSIVE_COMMREG'])),
      message: `Without JAILHOUSE_CELL_PASSIVE_COMMREG and with msg_reply_timeout 0 the hypervisor waits for ever for an answer of the running cell, and ${why}: the board would hang at the next load, create or destroy. Add the flag${able && !isForLinux(config) ? ', or set a timeout for a guest that answers' : ''}.`,
      related: comm === undefined ? [] : [{ span: comm.flags.span, message: 'communication region' }],
    });
  },
};
