import type { Span } from '../source/span.ts';

/**
 * A device tree, from source, from a blob, or from either with overlays applied: the same model for all. Spans lead to the text that says it;
 * in a blob they are byte offsets. Facts of the format: Devicetree Specification v0.4, chapters 2 (nodes, properties) and 5 (blob).
 */
export interface DeviceTree {
  /** The file that was asked for; nodes may come out of others (includes, overlays). */
  readonly path: string;
  readonly origin: 'source' | 'binary';
  readonly root: TreeNode;
  /** True for an overlay that is not applied yet (`/plugin/`, or a blob with `fragment` nodes). */
  readonly plugin: boolean;
  /** `/memreserve/` entries, bytes. */
  readonly reservations: readonly MemoryReservation[];
  /** Physical id of the boot CPU as it stands in the header of a blob (boot_cpuid_phys). */
  readonly bootCpu: number;
  /** Version in the header of a blob, and its place; undefined for source. */
  readonly blobVersion?: { readonly value: number; readonly span: Span };
}

export interface MemoryReservation {
  readonly address: bigint;
  readonly size: bigint;
  readonly span: Span;
}

export interface TreeNode {
  /** With its unit address: `serial@7e215040`; empty for the root. */
  readonly name: string;
  readonly parent: TreeNode | undefined;
  readonly labels: readonly string[];
  /** In the order in which a blob holds them. */
  readonly properties: readonly TreeProperty[];
  readonly children: readonly TreeNode[];
  /** The name where the node is first written (or the reference that extends it, in an overlay). */
  readonly span: Span;
  /** Every place where the node is written: its definition and each `&label { … }` that adds to it. Empty in a blob. */
  readonly places: readonly NodePlace[];
}

export interface NodePlace {
  /** The name or reference. */
  readonly name: Span;
  /** The braces and what is between them: an edit may add to it. */
  readonly body: Span;
}

export interface TreeProperty {
  readonly name: string;
  /** As the blob holds it: cells are big endian, strings end with a NUL. */
  readonly value: Uint8Array;
  /** The property's name in the text. */
  readonly span: Span;
  /** The text of the value, without `=` and `;`; the name where there is no value. */
  readonly valueSpan: Span;
  /** What the value is made of, by offset; empty for a blob and for an empty value. */
  readonly parts: readonly ValuePart[];
}

/** A cell, a string, a run of bytes: one thing that the author wrote. */
export interface ValuePart {
  readonly kind: 'cell' | 'string' | 'bytes' | 'path';
  /** Byte offset in the property's value. */
  readonly offset: number;
  readonly size: number;
  readonly span: Span;
  /** The label or path that a reference names: `uart1` for `&uart1`, `/soc` for `&{/soc}`. */
  readonly reference: string | undefined;
}
