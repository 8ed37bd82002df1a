import { BuiltNode } from '@jailhouse-cells/core/devicetree/built-node.ts';
import type { DeviceTree, TreeProperty, ValuePart } from '@jailhouse-cells/core/devicetree/model.ts';

const nowhere = { file: 'test.dts', start: 0, end: 0 };

/** A property of cells whose parts lie one after the other: cell n has the span from 10 n to 10 n + 9. */
export function cells(name: string, ...values: readonly number[]): TreeProperty {
  const value = new Uint8Array(values.length * 4);
  const view = new DataView(value.buffer);
  const parts: ValuePart[] = values.map((cell, i) => {
    view.setUint32(i * 4, cell);
    return { kind: 'cell', offset: i * 4, size: 4, span: { file: nowhere.file, start: i * 10, end: i * 10 + 9 }, reference: undefined };
  });
  return { name, value, span: nowhere, valueSpan: { ...nowhere, end: Math.max(0, values.length * 10 - 1) }, parts };
}

export function strings(name: string, ...values: readonly string[]): TreeProperty {
  const value = new TextEncoder().encode(values.map((text) => `${text}\0`).join(''));
  return { name, value, span: nowhere, valueSpan: nowhere, parts: [] };
}

export function flag(name: string): TreeProperty {
  return { name, value: new Uint8Array(0), span: nowhere, valueSpan: nowhere, parts: [] };
}

/** Adds a node below another one; the root where there is none. */
export function node(parent: BuiltNode | undefined, name: string, ...properties: readonly TreeProperty[]): BuiltNode {
  const made = new BuiltNode(name, parent, nowhere);
  made.properties.push(...properties);
  parent?.children.push(made);
  return made;
}

export function treeWith(root: BuiltNode): DeviceTree {
  return { path: nowhere.file, origin: 'source', root, plugin: false, reservations: [], bootCpu: 0 };
}
