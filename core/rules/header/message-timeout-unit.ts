import type { FileRule } from '../rule.ts';

/** Above this the author most likely knows the unit: a spin takes some nanoseconds, so it is near a millisecond. */
const plausibleSpins = 100000n;

export const messageTimeoutUnit: FileRule = {
  id: 'message-timeout-unit',
  title: 'Message timeout counts spins, not milliseconds',
  severity: 'information',
  scope: 'file',
  catalogue: ['HDR-timeout-units'],
  prose: {
    meaning: '`msg_reply_timeout` is the number of times that the waiting CPU looks for an answer of the cell. 0 waits for ever.',
    onTheBoard:
      'A small number passes within microseconds: the log says "Timeout expired while waiting for reply from target cell" and the cell is marked failed although it would have answered (hypervisor/control.c:cell_exchange_message).',
    remedy: 'Use a large number (1000000 and more), or JAILHOUSE_CELL_PASSIVE_COMMREG for a guest that does not answer messages.',
  },
  bad: '.msg_reply_timeout = 1000, /* ms */',
  good: '.msg_reply_timeout = 10000000,',
  check(config, report) {
    const field = config.cell.msgReplyTimeout;
    if (field === undefined || config.kind !== 'cell' || field.value === 0n || field.value >= plausibleSpins) return;
    report({
      span: field.span,
      message: `msg_reply_timeout counts turns of a spinning CPU, not milliseconds: ${field.value} pass within microseconds, and the cell would be marked failed before it can answer. Use 1000000 or more.`,
    });
  },
};
