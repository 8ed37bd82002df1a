/** What a user asks of the driver; `cell shutdown` reports its errors as those of `load` (tools/jailhouse.c). */
export type Operation = 'enable' | 'create' | 'load' | 'start' | 'shutdown' | 'destroy' | 'disable' | 'linux' | 'console';

export const operations: readonly Operation[] = ['enable', 'create', 'load', 'start', 'shutdown', 'destroy', 'disable', 'linux', 'console'];

/** As one types it: `jailhouse cell create`. */
export const commandOf: Readonly<Record<Operation, string>> = {
  enable: 'jailhouse enable',
  create: 'jailhouse cell create',
  load: 'jailhouse cell load',
  start: 'jailhouse cell start',
  shutdown: 'jailhouse cell shutdown',
  destroy: 'jailhouse cell destroy',
  disable: 'jailhouse disable',
  linux: 'jailhouse cell linux',
  console: 'jailhouse console',
};

const words: Readonly<Record<string, Operation>> = {
  enable: 'enable',
  create: 'create',
  load: 'load',
  start: 'start',
  shutdown: 'shutdown',
  destroy: 'destroy',
  disable: 'disable',
  linux: 'linux',
  console: 'console',
};

/** The operation that a text names: `JAILHOUSE_CELL_CREATE`, `jailhouse cell create x.cell`, `create`. */
export function operationIn(text: string): Operation | undefined {
  for (const [word] of text.toLowerCase().matchAll(/[a-z]+/g)) {
    if (Object.hasOwn(words, word)) return words[word];
  }
  return undefined;
}
