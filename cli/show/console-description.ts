import type { Console } from '@jailhouse-cells/core/config/model.ts';
import type { Names } from './names.ts';

export interface DescribedConsole {
  readonly type: string;
  readonly address: bigint;
  readonly size: number;
  readonly access: 'MMIO' | 'PIO';
  /** Without `JAILHOUSE_CON_`, and without the access. */
  readonly flags: readonly string[];
  readonly divider: number;
  readonly gateNr: number;
  readonly clockReg: bigint;
}

/** Null where the layout has no console, or none is configured. */
export function describeConsole(console: Console | undefined, names: Names): DescribedConsole | null {
  if (console === undefined || (console.type.value === 0 && console.address.value === 0n)) return null;
  const mmio = (console.flags.value & 1) !== 0;
  return {
    type: names.name('JAILHOUSE_CON_TYPE_', console.type.value),
    address: console.address.value,
    size: console.size.value,
    access: mmio ? 'MMIO' : 'PIO',
    flags: names.flags('JAILHOUSE_CON_', console.flags.value & ~1, ['TYPE_']),
    divider: console.divider.value,
    gateNr: console.gateNr.value,
    clockReg: console.clockReg.value,
  };
}
