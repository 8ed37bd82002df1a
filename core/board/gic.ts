import type { AddressWindow } from '../config/address-window.ts';
import { regOf } from '../devicetree/addresses.ts';
import { gicV2Compatibles, gicV3Compatibles } from '../devicetree/interrupt-specifier.ts';
import { interruptsOf } from '../devicetree/interrupts.ts';
import type { TreeNode } from '../devicetree/model.ts';
import { cellOf, compatibleOf, stringOf } from '../devicetree/tree-access.ts';
import type { BoardGic } from './board.ts';

/** The version that a node's `compatible` states; undefined for anything but a GIC. */
export function gicVersionOf(node: TreeNode): 2 | 3 | undefined {
  for (const name of compatibleOf(node)) {
    if (gicV3Compatibles.has(name)) return 3;
    if (gicV2Compatibles.has(name)) return 2;
  }
  return undefined;
}

/** The node of the GIC that the CPUs take their interrupts from. */
export function gicNode(root: TreeNode): TreeNode | undefined {
  const open = [root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    // What stands below a disabled node is disabled, too.
    const status = stringOf(at, 'status');
    if (status !== undefined && status !== 'okay' && status !== 'ok') continue;
    // One that raises SPIs stands behind another GIC.
    if (gicVersionOf(at) !== undefined && !interruptsOf(at).some(({ kind }) => kind === 'spi')) return at;
    for (let i = at.children.length - 1; i >= 0; i--) open.push(at.children[i] as TreeNode);
  }
  return undefined;
}

/**
 * The interrupt controller, its windows by the order of `reg` (Linux, bindings arm,gic.yaml and arm,gic-v3.yaml): GICD, GICC, GICH, GICV; or GICD, then as
 * many GICR as `#redistributor-regions` says, GICC, GICH, GICV.
 */
export function boardGic(root: TreeNode): BoardGic | undefined {
  const node = gicNode(root);
  const version = node && gicVersionOf(node);
  if (node === undefined || version === undefined) return undefined;
  const reg = regOf(node);
  const window = (name: string, index: number): AddressWindow | undefined => {
    const entry = reg[index];
    if (entry?.address === undefined) return undefined;
    return { name, start: entry.address, size: entry.size, span: entry.span };
  };
  const gicd = window('GICD', 0);
  if (gicd === undefined) return undefined;
  const gicr: AddressWindow[] = [];
  if (version === 3) {
    const regions = Math.min(cellOf(node, '#redistributor-regions') ?? 1, reg.length - 1);
    for (let i = 1; i <= regions; i++) {
      const region = window('GICR', i);
      if (region !== undefined) gicr.push(region);
    }
  }
  const maintenance = interruptsOf(node).find(({ kind }) => kind === 'ppi');
  return {
    version,
    gicd,
    gicc: version === 2 ? window('GICC', 1) : undefined,
    gich: version === 2 ? window('GICH', 2) : undefined,
    gicv: version === 2 ? window('GICV', 3) : undefined,
    gicr,
    maintenanceIrq: maintenance?.intid,
    interruptLines: undefined,
    span: node.span,
  };
}
