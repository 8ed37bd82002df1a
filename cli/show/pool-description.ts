import type { Config } from '@jailhouse-cells/core/config/model.ts';
import type { CellEvent } from '@jailhouse-cells/core/system/moments.ts';
import { poolUse } from '@jailhouse-cells/core/system/page-pool.ts';
import type { System } from '@jailhouse-cells/core/system/system.ts';

/** The page pool of a system's hypervisor over a life of its cells, for people and programs. Sizes in pages of 4 KiB where not said otherwise. */
export interface PoolDescription {
  readonly system: string;
  /** Path of the root config, as the caller names files. */
  readonly path: string;
  readonly hypervisorMemory: { readonly start: bigint; readonly size: bigint };
  /** True when jailhouse.json says that the cells run together; else each is created and destroyed alone. */
  readonly together: boolean;
  /** Undefined, like the moments empty, where nothing is known to estimate by: other architectures than arm64. */
  readonly pages: number | undefined;
  /** Pages of them that the hypervisor can hand out. */
  readonly usable: number | undefined;
  readonly moments: readonly DescribedPoolMoment[];
}

export interface DescribedPoolMoment {
  readonly operation: 'early' | 'enable' | CellEvent['operation'];
  readonly cell: string | undefined;
  readonly refused: string | undefined;
  readonly pages: number;
  readonly bytes: bigint;
  readonly exhausted: boolean;
}

/** Creates, loads, starts and destroys all cells; one after another where they may be alternatives. */
function eventsOf(system: System): readonly CellEvent[] {
  const cells = system.cells.map((_, cell) => cell);
  const each = (operation: CellEvent['operation'], order: readonly number[] = cells) => order.map((cell) => ({ operation, cell }));
  if (!system.explicitSet)
    return cells.flatMap((cell) => (['create', 'load', 'start', 'destroy'] as const).flatMap((name) => each(name, [cell])));
  return [...each('create'), ...each('load'), ...each('start'), ...each('destroy', [...cells].reverse())];
}

export function describePool(system: System, path: string): PoolDescription {
  const memory = system.root.system?.hypervisorMemory;
  const use = poolUse(system, eventsOf(system));
  const all = (use?.moments ?? []).map(({ event, refusal, used, exhausted }): DescribedPoolMoment => {
    const operation = event === 'early' ? 'early' : event === 'enabled' ? 'enable' : event.operation;
    const cell = typeof event === 'string' ? undefined : nameOf(system.cells[event.cell]?.config);
    return { operation, cell, refused: refusal && refusalText[refusal], pages: used, bytes: BigInt(used) * 0x1000n, exhausted };
  });
  return {
    system: system.name,
    path,
    hypervisorMemory: { start: memory?.physStart.value ?? 0n, size: memory?.size.value ?? 0n },
    together: system.explicitSet,
    pages: use?.pages,
    usable: use?.usable,
    moments: all.filter(({ operation, pages }, at) => pages !== all[at - 1]?.pages || (operation !== 'load' && operation !== 'start')),
  };
}

const refusalText = {
  exists: 'it exists already',
  absent: 'it does not exist',
  cpus: 'the root cell has not got its CPUs, or would have none left',
} as const;

function nameOf(config: Config | undefined): string {
  return config?.cell.name.value ?? '';
}
