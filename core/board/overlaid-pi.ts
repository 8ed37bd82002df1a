import { BuiltNode } from '../devicetree/built-node.ts';
import type { DeviceTree, TreeNode } from '../devicetree/model.ts';
import { applyOverlay } from '../devicetree/overlay.ts';
import { child, stringOf } from '../devicetree/tree-access.ts';
import type { Span } from '../source/span.ts';
import type { BoardPciHost, DynamicReservation, ReservedRange } from './board.ts';
import { pciHosts } from './pci-hosts.ts';
import { dynamicReservations, reservedRanges } from './reserved-memory.ts';

/** What overlays say of a Raspberry Pi whose own tree is not at hand: they are all that most people keep beside their configs. */
export interface OverlaidPi {
  /** Undefined where they reserve nothing: then the tree that nobody showed may do so. */
  readonly reserved: readonly ReservedRange[] | undefined;
  readonly dynamicReserved: readonly DynamicReservation[];
  /** The PCIe host, where an overlay gives it a domain. */
  readonly pciDomain: Pick<BoardPciHost, 'domain' | 'span'> | undefined;
}

/** Path of the PCIe host in the trees of the vendor and of mainline (Debian 6.1, bcm2711-rpi-4-b.dtb); its label is `pcie0` in both. */
const pcie = { parent: 'scb', name: 'pcie@7d500000', label: 'pcie0' } as const;

/**
 * Lays overlays over a bare tree with the cell counts of the real one (two cells of address, one of size at the root and in /reserved-memory). Targets
 * that it lacks are made up, so that nothing is said of what only the real tree can tell.
 */
export function overlaidPi(overlays: readonly DeviceTree[], span: Span): OverlaidPi {
  let tree: DeviceTree = { path: span.file, origin: 'source', root: bareTree(overlays, span), plugin: false, reservations: [], bootCpu: 0 };
  for (const overlay of overlays) tree = applyOverlay(tree, overlay).tree;
  const host = pciHosts(tree.root).find(({ domain }) => domain !== undefined);
  const reserved = reservedRanges(tree);
  return {
    reserved: reserved.length > 0 ? reserved : undefined,
    dynamicReserved: dynamicReservations(tree.root),
    pciDomain: host && { domain: host.domain, span: host.span },
  };
}

function bareTree(overlays: readonly DeviceTree[], span: Span): TreeNode {
  const root = new BuiltNode('', undefined, span);
  cells(root, '#address-cells', 2);
  cells(root, '#size-cells', 1);
  const reserved = add(root, 'reserved-memory');
  cells(reserved, '#address-cells', 2);
  cells(reserved, '#size-cells', 1);
  bytes(reserved, 'ranges', new Uint8Array());
  const bus = add(root, pcie.parent);
  cells(bus, '#address-cells', 2);
  cells(bus, '#size-cells', 2);
  const host = add(bus, pcie.name);
  bytes(host, 'device_type', text('pci'));
  const symbols = add(root, '__symbols__');
  const soc = add(root, 'soc');
  let phandle = 1;
  for (const label of labelsWanted(overlays)) {
    const node = label === pcie.label ? host : add(soc, label);
    cells(node, 'phandle', phandle++);
    bytes(symbols, label, text(label === pcie.label ? `/${pcie.parent}/${pcie.name}` : `/soc/${label}`));
  }
  for (const path of pathsWanted(overlays)) {
    let at = root;
    for (const name of path.split('/').filter((step) => step !== '')) at = at.children.find((node) => node.name === name) ?? add(at, name);
  }
  return root;
}

function labelsWanted(overlays: readonly DeviceTree[]): ReadonlySet<string> {
  return new Set(overlays.flatMap(({ root }) => child(root, '__fixups__')?.properties.map(({ name }) => name) ?? []));
}

function pathsWanted(overlays: readonly DeviceTree[]): readonly string[] {
  return overlays.flatMap(({ root }) => root.children.flatMap((fragment) => stringOf(fragment, 'target-path') ?? []));
}

function add(parent: BuiltNode, name: string): BuiltNode {
  const node = new BuiltNode(name, parent, parent.span);
  parent.children.push(node);
  return node;
}

function bytes(node: BuiltNode, name: string, value: Uint8Array): void {
  node.properties.push({ name, value, span: node.span, valueSpan: node.span, parts: [] });
}

function cells(node: BuiltNode, name: string, value: number): void {
  bytes(node, name, Uint8Array.from([value >>> 24, value >>> 16, value >>> 8, value]));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}
