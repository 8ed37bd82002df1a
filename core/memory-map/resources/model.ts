import type { Finding } from '../../source/finding.ts';
import type { Span } from '../../source/span.ts';
import type { Range } from '../../system/paint.ts';

/** What cells have besides addresses. Lanes are named by their ids: `root`, `cell:NAME`, `hypervisor`. */
export interface Resources {
  /** By number. */
  readonly cpus: readonly CpuRow[];
  /** By interrupt controller, then pin. */
  readonly interrupts: readonly InterruptRow[];
  /** By domain, then bdf. */
  readonly functions: readonly PciFunctionRow[];
  /** By bdf. */
  readonly links: readonly LinkRow[];
}

/** So many rows of each kind at most: more come out of nonsense only, and nobody reads them. */
export const mostRows = 4096;

/** Where a config asks for a resource. */
export interface ResourceClaim {
  readonly lane: string;
  /** Name of the cell. */
  readonly owner: string;
  /** `cpus[0]`, `irqchips[1].pin_bitmap[0]`, `pci_devices[0]`. */
  readonly field: string;
  readonly span: Span;
}

interface Judged {
  /** Stays the same while numbers elsewhere are edited. Unique among the rows of its kind. */
  readonly id: string;
  /** Texts that speak of the resource, the claims' aside. */
  readonly places: readonly Span[];
  /** Findings about it; empty until `withFindings` has looked for them. */
  readonly findings: readonly Finding[];
}

export interface ResourceRow extends Judged {
  /** The root cell's first. */
  readonly claims: readonly ResourceClaim[];
  /** Lanes that have it at the moment: several where it is shared, where each has its own, or where they are alternatives. */
  readonly holders: readonly string[];
}

export interface CpuRow extends ResourceRow {
  /** Linux' logical number. */
  readonly cpu: number;
  /** Undefined where nothing is known of the board's CPUs. */
  readonly onBoard: boolean | undefined;
}

export interface InterruptRow extends ResourceRow {
  /** INTID on ARM, pin of an I/O APIC on x86. */
  readonly intid: number;
  /** Address of the I/O APIC; undefined on ARM. */
  readonly controller: bigint | undefined;
  /** `serial@7e215040`, with ` (disabled)` behind it where the board's tree says so. */
  readonly devices: readonly string[];
  /** `ivshmem 00:00.0 of rpi4`. */
  readonly virtual: readonly string[];
}

export type PciFunctionKind = 'device' | 'bridge' | 'ivshmem' | 'unknown';

export interface PciFunctionRow extends ResourceRow {
  readonly domain: number;
  /** bus << 8 | device << 3 | function. */
  readonly bdf: number;
  readonly kind: PciFunctionKind;
  /** For people: `4 MSI vectors`, `capabilities 3 to 5`. */
  readonly details: readonly string[];
}

/** The ivshmem devices of one bdf: the hypervisor ties them together by that alone (hypervisor/ivshmem.c:ivshmem_init). */
export interface LinkRow extends Judged {
  /** Of the root cell's end, else of the first cell's. */
  readonly domain: number;
  readonly bdf: number;
  /** For people. */
  readonly protocol: string;
  /** By number. */
  readonly peers: readonly LinkPeer[];
  /** Below the number of peers, but no cell of the system is it. */
  readonly absentPeers: readonly number[];
  readonly sections: readonly LinkSection[];
}

export interface LinkPeer extends ResourceClaim {
  /** shmem_dev_id; before v0.12, where peers had no number, the place among the cells. */
  readonly peer: number;
  /** Undefined where it signals by MSI-X. */
  readonly intid: number | undefined;
}

/** Physical addresses. */
export interface LinkSection extends Range {
  readonly title: string;
  /** Peers whose region lets them. The state table nobody may write: the hypervisor does it for the peers. */
  readonly writers: readonly number[];
  readonly readers: readonly number[];
  /** Ids of the map's blocks. */
  readonly blocks: readonly string[];
}
