import type { AddressRange, AddressWindow } from '../config/address-window.ts';
import type { DeviceTree, TreeNode } from '../devicetree/model.ts';
import type { Span } from '../source/span.ts';

/**
 * What the configs will run on, each fact with the place that it comes from. A fact that nobody stated is undefined (or its list empty, with
 * the tree undefined): a rule that needs it is silent.
 */
export interface Board {
  /** As messages call it: `Raspberry Pi 4`, or the model that the tree names. */
  readonly name: string;
  readonly kind: 'raspberry-pi-4' | 'qemu-arm64' | 'other';
  /** The RAM sizes that the configs are checked for: one where it is stated, all that the board is sold with where it is not. */
  readonly variants: readonly BoardVariant[];
  /** Undefined when nothing says how many there are. In the order of their nodes, which is Linux' numbering. */
  readonly cpus: readonly BoardCpu[] | undefined;
  /** Memory that Linux is kept out of or that has a fixed use; undefined when no device tree of the board is known. */
  readonly reserved: readonly ReservedRange[] | undefined;
  /** Reservations that Linux places at boot (CMA pools); left out where no tree is known. */
  readonly dynamicReserved?: readonly DynamicReservation[];
  /** Nodes with registers or interrupts, also disabled ones; empty without a tree and a built-in list. */
  readonly devices: readonly BoardDevice[];
  readonly gic: BoardGic | undefined;
  readonly pciHosts: readonly BoardPciHost[];
  /** The board's tree with its overlays applied. */
  readonly tree: DeviceTree | undefined;
  /** What config.txt sets; undefined when it is not known. Raspberry Pi only. */
  readonly firmware: Firmware | undefined;
  /** What the root kernel's command line says; undefined when it is not known. */
  readonly commandLine: KernelCommandLine | undefined;
  /** Bits of physical addresses of the CPUs: 44 for a Cortex-A72, 40 for a Cortex-A53; undefined when unknown. */
  readonly addressBits: number | undefined;
  /** Where the board is stated: in jailhouse.json, else in the root config. */
  readonly span: Span;
}

export interface BoardVariant {
  /** `4 GB`; what people call it. Empty where there is only one and it has no name. */
  readonly name: string;
  /** Bytes that are fitted. */
  readonly size: bigint;
  /** All RAM that the CPUs can address, GPU memory included, ascending. */
  readonly ram: readonly AddressWindow[];
  /** The part that the GPU takes; the firmware keeps Linux out of it. */
  readonly gpu: AddressWindow | undefined;
  /** What the kernel counts as its memory: RAM without GPU memory, cut by `mem=` and the like; no-map reservations are still in it. Ascending. */
  readonly linux: readonly AddressWindow[];
}

export interface BoardCpu {
  /** Linux' logical number. */
  readonly index: number;
  /** MPIDR affinity as `reg` gives it. */
  readonly mpidr: bigint;
  /** `psci`, `spin-table`; undefined when the node says nothing. */
  readonly enableMethod: string | undefined;
  readonly compatible: string;
  readonly span: Span;
}

export interface ReservedRange extends AddressWindow {
  /** Linux neither maps nor uses it. */
  readonly noMap: boolean;
  /** Linux uses it for movable pages (CMA). */
  readonly reusable: boolean;
  /** `reserved-memory` node, `/memreserve/` entry, kernel command line. */
  readonly from: 'node' | 'memreserve' | 'command-line';
  readonly node: TreeNode | undefined;
}

/** A child of `/reserved-memory` with a `size` and no `reg`. Bytes. */
export interface DynamicReservation {
  readonly name: string;
  readonly size: bigint;
  /** `alloc-ranges`: where it may go; empty: anywhere. */
  readonly within: readonly AddressRange[];
  readonly noMap: boolean;
  readonly reusable: boolean;
  readonly node: TreeNode;
  /** The value of `size`. */
  readonly span: Span;
}

export interface BoardDevice {
  /** `serial@7e215040`. */
  readonly name: string;
  /** `/soc/serial@7e215040`; empty for a built-in list. */
  readonly path: string;
  readonly compatible: readonly string[];
  /** Register windows in CPU addresses, in the order of `reg`; those that cannot be translated are left out. */
  readonly windows: readonly DeviceWindow[];
  readonly interrupts: readonly DeviceInterrupt[];
  /** False when its status is not okay, or that of a node above. */
  readonly enabled: boolean;
  readonly node: TreeNode | undefined;
  readonly span: Span;
}

export interface DeviceWindow extends AddressWindow {
  /** Address as the node writes it, before `ranges`: 0x7e215040 where `start` is 0xfe215040. */
  readonly busAddress: bigint;
}

export interface DeviceInterrupt {
  /** GIC interrupt number: SPI n is 32 + n, PPI n is 16 + n. */
  readonly intid: number;
  /** 1 rising edge, 2 falling edge, 4 high level, 8 low level (dt-bindings/interrupt-controller/irq.h). */
  readonly flags: number;
  readonly span: Span;
}

export interface BoardGic {
  readonly version: 2 | 3;
  readonly gicd: AddressWindow;
  /** GICv2 only. */
  readonly gicc: AddressWindow | undefined;
  readonly gich: AddressWindow | undefined;
  readonly gicv: AddressWindow | undefined;
  /** GICv3 only: all redistributors, in order. */
  readonly gicr: readonly AddressWindow[];
  /** INTID of the maintenance interrupt. */
  readonly maintenanceIrq: number | undefined;
  /** INTIDs that the distributor implements; undefined when unknown. */
  readonly interruptLines: number | undefined;
  readonly span: Span;
}

export interface BoardPciHost {
  readonly name: string;
  /** `linux,pci-domain`; undefined when the node does not say. */
  readonly domain: number | undefined;
  readonly enabled: boolean;
  /** Configuration space (`pci-host-ecam-generic`), or the controller's registers. */
  readonly registers: readonly AddressWindow[];
  /** Outbound windows in CPU addresses. */
  readonly windows: readonly AddressWindow[];
  /** The value of `linux,pci-domain`, else the node's name. */
  readonly span: Span;
  readonly node: TreeNode | undefined;
}

/** A setting of config.txt that counts for this board: the last one wins. */
export interface FirmwareSetting {
  readonly value: string;
  /** The whole `name=value`. */
  readonly span: Span;
  readonly valueSpan: Span;
}

/** config.txt, filtered for the board. https://www.raspberrypi.com/documentation/computers/config_txt.html */
export interface Firmware {
  readonly path: string;
  /** By name, as far as they are set: `gpu_mem`, `total_mem`, `arm_64bit`, `armstub`, `enable_uart` … */
  readonly settings: ReadonlyMap<string, FirmwareSetting>;
  /** `dtoverlay=` lines in order; each may occur several times. */
  readonly overlays: readonly FirmwareSetting[];
  /** The end of the text, where a setting for every board can be added. */
  readonly end: Span;
}

/** One word of a kernel command line. */
export interface KernelParameter {
  readonly name: string;
  readonly value: string | undefined;
  readonly span: Span;
}

export interface KernelCommandLine {
  readonly path: string;
  readonly parameters: readonly KernelParameter[];
}
