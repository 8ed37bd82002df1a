import type { Architecture } from '../abi/scalar.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';

export type { Architecture };

/** The numbers of `.architecture` in the header (`JAILHOUSE_X86` …; include/jailhouse/cell-config.h, since revision 14). */
export const architectureNumbers: Readonly<Record<Architecture, number>> = { x86: 0, arm: 1, arm64: 2 };

/** One value of a config and the text it comes from. */
export interface Field<T> {
  readonly value: T;
  /** The text that gives the value; where nothing is written, the designator or opening brace of the innermost initialiser around it. */
  readonly span: Span;
  /** False when the author wrote nothing and the value is zero by C's rules. */
  readonly explicit: boolean;
  /** The whole text of the value, which an edit may replace; undefined where nothing is written, or a macro's body or argument is. */
  readonly text: Span | undefined;
  /** Path from the config object, as C writes it: `header.hypervisor_memory.size`, `mem_regions[3].flags`. */
  readonly path: string;
  /** Place and size in the `.cell` file, in bytes. */
  readonly offset: number;
  readonly size: number;
}

/** A structure of a config: `span` covers its initialiser, braces included. */
interface Part {
  readonly span: Span;
  /** True when the author wrote an initialiser for it. */
  readonly explicit: boolean;
  /** The braces as the author typed them, outside of any macro: an edit may add to them. */
  readonly text: Span | undefined;
  readonly path: string;
}

/** An element of one of a config's arrays; `index` counts from 0. */
interface Element extends Part {
  readonly index: number;
}

/** struct jailhouse_memory: addresses and size in bytes, `flags` of JAILHOUSE_MEM_*. */
export interface MemoryRegion extends Element {
  readonly physStart: Field<bigint>;
  readonly virtStart: Field<bigint>;
  readonly size: Field<bigint>;
  readonly flags: Field<bigint>;
}

/** struct jailhouse_console (revision 10 and later). */
export interface Console extends Part {
  readonly address: Field<bigint>;
  readonly size: Field<number>;
  readonly type: Field<number>;
  readonly flags: Field<number>;
  readonly divider: Field<number>;
  readonly gateNr: Field<number>;
  readonly clockReg: Field<bigint>;
}

/** struct jailhouse_irqchip: bit k of `pinBitmap[w]` is INTID pinBase + 32·w + k. */
export interface Irqchip extends Element {
  readonly address: Field<bigint>;
  readonly id: Field<number>;
  readonly pinBase: Field<number>;
  readonly pinBitmap: readonly Field<number>[];
}

/** struct jailhouse_cache (x86 CAT). */
export interface CacheRegion extends Element {
  readonly start: Field<number>;
  readonly size: Field<number>;
  readonly type: Field<number>;
  readonly flags: Field<number>;
}

/** struct jailhouse_pio: x86 port numbers (revision 11 and later). */
export interface PioRange extends Element {
  readonly base: Field<number>;
  readonly length: Field<number>;
}

/** struct jailhouse_pci_device. `bdf` is bus << 8 | device << 3 | function. */
export interface PciDevice extends Element {
  readonly type: Field<number>;
  readonly iommu: Field<number>;
  readonly domain: Field<number>;
  readonly bdf: Field<number>;
  readonly barMask: readonly Field<number>[];
  readonly capsStart: Field<number>;
  readonly numCaps: Field<number>;
  readonly numMsiVectors: Field<number>;
  readonly numMsixVectors: Field<number>;
  readonly msixRegionSize: Field<number>;
  readonly msixAddress: Field<bigint>;
  readonly shmemProtocol: Field<number>;
  /** ivshmem as of v0.12: index of the first region, own id, number of peers. */
  readonly shmemRegionsStart: Field<number> | undefined;
  readonly shmemDevId: Field<number> | undefined;
  readonly shmemPeers: Field<number> | undefined;
  /** ivshmem before v0.12: the one shared region. */
  readonly shmemRegion: Field<number> | undefined;
}

/** struct jailhouse_pci_capability. */
export interface PciCapability extends Element {
  readonly id: Field<number>;
  readonly start: Field<number>;
  readonly length: Field<number>;
  readonly flags: Field<number>;
}

/** union jailhouse_stream_id: the raw 32-bit word; for an MMU-500 id is the low half, mask_out the high half. */
export interface StreamId extends Element {
  readonly id: Field<number>;
}

/** struct jailhouse_iommu. */
export interface IommuUnit extends Element {
  /** JAILHOUSE_IOMMU_*; absent in old layouts. */
  readonly type: Field<number> | undefined;
  readonly base: Field<bigint>;
  readonly size: Field<number>;
}

/** The CPU set: bit n is Linux' logical CPU n. */
export interface CpuSet {
  readonly span: Span;
  readonly explicit: boolean;
  /** All words as one number, little endian. */
  readonly value: bigint;
  /** Bytes that cpu_set_size announces (or that a C member holds). */
  readonly size: number;
  readonly words: readonly Field<bigint>[];
}

/** struct jailhouse_cell_desc: of a cell, or of the root cell inside a system config. */
export interface CellDescriptor extends Part {
  /** Undefined in a root cell, where the hypervisor does not look at it. */
  readonly signature: Field<string>;
  /** Undefined before revision 14. */
  readonly architecture: Field<number> | undefined;
  readonly revision: Field<number>;
  /** Up to the first NUL; `size` is the length of the char array. */
  readonly name: Field<string>;
  readonly id: Field<number>;
  readonly flags: Field<number>;
  /** SPI number of the first virtual PCI interrupt (INTID − 32) on ARM. */
  readonly vpciIrqBase: Field<number>;
  readonly cpuResetAddress: Field<bigint> | undefined;
  /** Spin iterations, not milliseconds; 0 waits for ever. */
  readonly msgReplyTimeout: Field<bigint> | undefined;
  readonly console: Console | undefined;
}

/** struct jailhouse_system without its root cell. */
export interface SystemHeader extends Part {
  readonly signature: Field<string>;
  readonly architecture: Field<number> | undefined;
  readonly revision: Field<number>;
  readonly flags: Field<number> | undefined;
  readonly hypervisorMemory: MemoryRegion;
  readonly debugConsole: Console | undefined;
  readonly pciMmconfigBase: Field<bigint>;
  readonly pciMmconfigEndBus: Field<number>;
  readonly pciIsVirtual: Field<number>;
  /** 0xffff lets Linux choose. Undefined before revision 9. */
  readonly pciDomain: Field<number> | undefined;
  readonly iommuUnits: readonly IommuUnit[];
  /** Present on arm and arm64. `maintenanceIrq` is an INTID. */
  readonly gic: Gic | undefined;
  /** Present on x86. */
  readonly x86: X86Platform | undefined;
}

export interface Gic extends Part {
  readonly maintenanceIrq: Field<number>;
  /** Undefined before revision 6. */
  readonly gicVersion: Field<number> | undefined;
  readonly gicdBase: Field<bigint>;
  readonly giccBase: Field<bigint>;
  readonly gichBase: Field<bigint>;
  readonly gicvBase: Field<bigint>;
  readonly gicrBase: Field<bigint>;
}

export interface X86Platform extends Part {
  readonly pmTimerAddress: Field<number>;
  readonly apicMode: Field<number> | undefined;
  readonly vtdInterruptLimit: Field<number> | undefined;
}

/** The arrays behind the descriptor, in the order in which the hypervisor walks them. */
export type ArrayKind = 'cpus' | 'memory-regions' | 'cache-regions' | 'irqchips' | 'pio' | 'pci-devices' | 'pci-caps' | 'stream-ids';

/** What the descriptor announces of one array, and what the C source declares of it. */
export interface ConfigArray {
  readonly kind: ArrayKind;
  /** `cpu_set_size`, `num_memory_regions` … as the header names it. */
  readonly counterName: string;
  /** Elements announced; for `cpus` and a PIO bitmap it counts bytes. */
  readonly counter: Field<number>;
  /** Bytes per counted unit. */
  readonly unitSize: number;
  /** Undefined when the source declares no such member, and always for a binary. */
  readonly member: DeclaredMember | undefined;
}

/** A member of the config's outer struct, as the source declares it. */
export interface DeclaredMember {
  readonly name: string;
  /** The member's name in the struct declaration. */
  readonly span: Span;
  /** The text between the brackets of its (first) dimension, if any. */
  readonly dimension: Span | undefined;
  /** The initialiser, braces included; undefined when the author wrote none. */
  readonly initialiser: Span | undefined;
  /** Which of the hypervisor's arrays its element type says it is; undefined for the header and for foreign members. */
  readonly kind: ArrayKind | undefined;
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** Declared elements; 1 for a scalar or struct. */
  readonly length: number;
  /** Highest initialised index + 1. */
  readonly initialised: number;
}

/** What only a C source can tell. */
export interface SourceShape {
  readonly objectName: string;
  /** The config's own file as it was read; undefined where the object is defined in an included file. Edits are made for it. */
  readonly source: SourceFile | undefined;
  /** The object's name in its definition. */
  readonly objectSpan: Span;
  /** Members of the outer struct in declaration order, the header first. */
  readonly members: readonly DeclaredMember[];
  /** Bytes of padding that the compiler put between the members: 0 with `packed`. */
  readonly padding: number;
  /** Where `__attribute__((packed))` would go: right behind the outer struct's closing brace. */
  readonly structEnd: Span;
  /** Other objects that end up in the data section too. */
  readonly otherObjects: readonly { readonly name: string; readonly span: Span }[];
}

/** Where the types came from. */
export interface HeaderOrigin {
  readonly kind: 'tree' | 'built-in';
  /** The path of cell-config.h, or of the virtual document. */
  readonly path: string;
  /** The header's own JAILHOUSE_CONFIG_REVISION; undefined when it defines none. */
  readonly revision: number | undefined;
  /** All bits that the header's JAILHOUSE_MEM_* macros name, where known: forks define more than upstream. */
  readonly memoryFlags?: bigint;
}

/** A system or cell config, from C or from a `.cell` file: the same model for both. */
export interface Config {
  readonly path: string;
  readonly origin: 'source' | 'binary';
  readonly kind: 'system' | 'cell';
  /** What it is read for; from `.architecture`, else from its folder, else arm64. */
  readonly arch: Architecture;
  readonly header: HeaderOrigin;
  /** The initialiser of the object; the whole file for a binary. */
  readonly span: Span;
  /** The `.cell` file, byte for byte. */
  readonly bytes: Uint8Array;
  /** Set in a system config only. */
  readonly system: SystemHeader | undefined;
  /** The cell's descriptor; in a system config that of the root cell. */
  readonly cell: CellDescriptor;
  readonly cpus: CpuSet;
  readonly memoryRegions: readonly MemoryRegion[];
  readonly cacheRegions: readonly CacheRegion[];
  readonly irqchips: readonly Irqchip[];
  readonly pioRanges: readonly PioRange[];
  readonly pciDevices: readonly PciDevice[];
  readonly pciCaps: readonly PciCapability[];
  readonly streamIds: readonly StreamId[];
  readonly arrays: readonly ConfigArray[];
  readonly shape: SourceShape | undefined;
}
