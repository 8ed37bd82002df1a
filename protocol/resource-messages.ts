import type { MapPlace } from './map-messages.ts';

/**
 * The resources of a system that are no addresses, as the map's other tabs show them. A lane id (`root`, `cell:NAME`, as in `MapLane.id`) names who
 * has something; Jailhouse itself is `hypervisor`. Ids of rows stay the same when a number elsewhere is edited.
 */
export interface SystemResources {
  /** By CPU number. */
  readonly cpus: readonly CpuRow[];
  /** By interrupt controller, then INTID. */
  readonly interrupts: readonly InterruptRow[];
  /** By domain, then bdf. */
  readonly functions: readonly PciFunctionRow[];
  /** By bdf: the virtual wires between ivshmem devices. */
  readonly links: readonly IvshmemLinkRow[];
}

/** Where a config asks for a resource. */
export interface ResourceClaim {
  /** Lane id of the cell. */
  readonly lane: string;
  /** Title of the lane. */
  readonly owner: string;
  /** `cpus[0]`, `irqchips[1].pin_bitmap[0]`, `pci_devices[0]`. */
  readonly field: string;
  readonly place: MapPlace | undefined;
}

/** A finding whose text or related text is that of a row. */
export interface ResourceProblem {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
  readonly place: MapPlace;
}

interface ResourceRow {
  readonly id: string;
  /** The root cell's first. */
  readonly claims: readonly ResourceClaim[];
  /** Lane id of who has it at the chosen moment; undefined: nobody. On a board that is only booted, Linux (`root`) has everything. */
  readonly holder: string | undefined;
  /** All who have it, `holder` first; left out unless there are several: each with a device or CPU-private line of its own, sharing it, or alternatives. */
  readonly holders?: readonly string[];
  readonly problems: readonly ResourceProblem[];
}

export interface CpuRow extends ResourceRow {
  readonly cpu: number;
  /** False where the board is known and has no such CPU. */
  readonly onBoard: boolean | undefined;
}

export interface InterruptRow extends ResourceRow {
  /** INTID on ARM (an SPI is INTID - 32); the pin of an I/O APIC on x86. */
  readonly intid: number;
  /** Undefined on x86. */
  readonly spi: number | undefined;
  /** Address of the I/O APIC, where a system has several; undefined on ARM. */
  readonly controller: string | undefined;
  /** Names of the board's devices that raise it, `serial@7e215040`; empty where no board tree is known. */
  readonly devices: readonly string[];
  /** Virtual PCI devices that raise it in a cell, `ivshmem 00:00.0 of rpi4`; the line is then made by the hypervisor. */
  readonly virtual: readonly string[];
}

export interface PciFunctionRow extends ResourceRow {
  /** `0001:00:0e.0`: domain, bus, device, function. */
  readonly name: string;
  readonly kind: 'device' | 'bridge' | 'ivshmem' | 'unknown';
  /** `4 MSI vectors`, `2 MSI-X vectors at 0x…`, `IOMMU 1`, `capabilities 3 to 5`; for people. */
  readonly details: readonly string[];
}

export interface IvshmemLinkRow {
  readonly id: string;
  /** `0001:00:00.0`. */
  readonly name: string;
  /** `virtual Ethernet (VETH)`, `undefined`, `custom 0x4001`: shmem_protocol in words. */
  readonly protocol: string;
  readonly peers: readonly IvshmemPeer[];
  /** Peer numbers below `shmem_peers` that no cell of the system has. */
  readonly absentPeers: readonly number[];
  readonly sections: readonly IvshmemLinkSection[];
  readonly problems: readonly ResourceProblem[];
}

export interface IvshmemPeer extends ResourceClaim {
  /** shmem_dev_id. */
  readonly peer: number;
  /** INTID of its line on ARM; undefined where it signals by MSI-X. */
  readonly intid: number | undefined;
}

export interface IvshmemLinkSection {
  /** `state table`, `common section`, `output section of peer 0`. */
  readonly title: string;
  readonly start: string;
  readonly end: string;
  /** `1 MiB`. */
  readonly size: string;
  /** Peer numbers. */
  readonly writers: readonly number[];
  readonly readers: readonly number[];
  /** Ids of the map's blocks. */
  readonly blocks: readonly string[];
}
