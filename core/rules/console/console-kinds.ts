import type { Architecture, Console } from '../../config/model.ts';

/** JAILHOUSE_CON_TYPE_* (include/jailhouse/console.h). */
export const consoleType = {
  NONE: 0,
  EFIFB: 1,
  '8250': 2,
  PL011: 3,
  XUARTPS: 4,
  MVEBU: 5,
  HSCIF: 6,
  SCIFA: 7,
  IMX: 8,
  IMX_LPUART: 9,
  SCIF: 10,
} as const;

/** JAILHOUSE_CON_ACCESS_MMIO and JAILHOUSE_CON_REGDIST_4 (include/jailhouse/console.h). */
export const consoleFlags = { MMIO: 0x1, REGDIST_4: 0x2 } as const;

/** `8250`, or the number of a type that no macro names. */
export function consoleTypeName(type: number): string {
  return Object.entries(consoleType).find(([, value]) => value === type)?.[0] ?? `${type}`;
}

/** Types that have a driver (hypervisor/arch/{arm-common,x86}/dbg-write.c, inmates/lib/{arm-common,x86}). */
export function hasDriver(arch: Architecture, type: number): boolean {
  return arch === 'x86'
    ? type === consoleType['8250'] || type === consoleType.EFIFB
    : type >= consoleType['8250'] && type <= consoleType.SCIF;
}

export function isMmio(console: Console): boolean {
  return (console.flags.value & consoleFlags.MMIO) !== 0;
}

/** Bytes behind `address` that the driver of a type touches at least. */
export const registerBlock = 4n;
