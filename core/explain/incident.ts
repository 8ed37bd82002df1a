import type { ErrnoName } from './errno.ts';
import type { MatchedLine } from './explanation.ts';
import type { MessageKind } from './message-kind.ts';
import type { Operation } from './operation.ts';

/** A memory access that the hypervisor refused. */
export interface Access {
  readonly direction: 'read' | 'write' | 'execute';
  readonly address: bigint;
  /** Bytes; undefined for an instruction fetch. */
  readonly size: number | undefined;
  /** `guest`: as the cell sees it; `physical`: phys_start + offset of a sub-page region (mmio.c:mmio_handle_subpage). */
  readonly space: 'guest' | 'physical';
}

export interface PciAccess {
  readonly bdf: number;
  readonly register: number | undefined;
  readonly size: number | undefined;
  readonly what: 'config' | 'msix';
}

/** The end of a CPU: all that one report of the hypervisor says. Lines of other CPUs may have been lost. */
export interface Crash {
  readonly kind: 'crash';
  readonly matched: MatchedLine[];
  access?: Access;
  pci?: PciAccess;
  /** `Attempt to route IRQn outside of cell`: the INTID. */
  intid?: number;
  /** ESR_EL2 bits 31:26 (arm64/traps.c). */
  exceptionClass?: number;
  /** ESR_EL2 bits 24:0. */
  syndrome?: bigint;
  programCounter?: bigint;
  /** General purpose registers by number. */
  readonly registers: Map<number, bigint>;
  /** True when it happened in the hypervisor itself. */
  hypervisor?: boolean;
  cpu?: number;
  cell?: string;
  /** How often the very same was reported; 1 when left out. */
  times?: number;
  /** Another reason line (x86, PCI, SMC), word for word. */
  reason?: string;
}

/** An operation that returned an error; `details` are the lines that say more about it. */
export interface Failure {
  readonly kind: 'failure';
  readonly matched: MatchedLine[];
  readonly operation: Operation | undefined;
  readonly errno: ErrnoName | undefined;
  readonly details: Detail[];
}

/** A message that tells of a fault by itself. */
export interface Notice {
  readonly kind: 'notice';
  readonly matched: MatchedLine[];
  readonly detail: Detail;
}

/** The log stops in the middle of an operation. */
export interface Silence {
  readonly kind: 'silence';
  readonly matched: MatchedLine[];
  readonly at: 'processors' | 'unit' | 'activating' | 'adding-pci';
}

export type Incident = Crash | Failure | Notice | Silence;

/** A line that a message of the table fits. */
export interface Detail {
  readonly message: MessageKind;
  /** The groups of its pattern. */
  readonly values: readonly string[];
  readonly line: MatchedLine;
}
