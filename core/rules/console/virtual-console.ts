/** JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE and the two flags of a cell (include/jailhouse/cell-config.h). */
export const virtualConsole = { system: 0x1, permitted: 0x40000000, active: 0x80000000 } as const;

/** Bit test that also holds for bit 31. */
export function hasBit(flags: number, bit: number): boolean {
  return (BigInt(flags) & BigInt(bit)) !== 0n;
}
