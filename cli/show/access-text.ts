/** `rw- LOADABLE`: read, write and execute as letters, the other flags of a memory region by name. */
export function accessText(flags: readonly string[]): string {
  const letters = [flags.includes('READ') ? 'r' : '-', flags.includes('WRITE') ? 'w' : '-', flags.includes('EXECUTE') ? 'x' : '-'].join('');
  return [letters, ...flags.filter((flag) => flag !== 'READ' && flag !== 'WRITE' && flag !== 'EXECUTE')].join(' ');
}
