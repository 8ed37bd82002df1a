import { gicVersionOf } from '../../board/gic.ts';
import { gicOf } from '../../config/gic.ts';
import { pinsOf } from '../../config/interrupt-pins.ts';
import type { Config } from '../../config/model.ts';
import { interruptsOf, type NodeInterrupt } from '../../devicetree/interrupts.ts';
import type { DeviceTree, TreeNode } from '../../devicetree/model.ts';
import { enabledNodes } from './guest-nodes.ts';

/** An interrupt of an enabled device of the guest that ends at a GIC. */
export interface GuestInterrupt extends NodeInterrupt {
  readonly node: TreeNode;
  readonly intid: number;
}

/** A tree does not change once it is read. */
const known = new WeakMap<DeviceTree, readonly GuestInterrupt[]>();

/** Interrupts of the enabled nodes with `compatible`, in the order of the tree. The GIC's own (maintenance) is not the guest's. */
export function guestInterrupts(tree: DeviceTree): readonly GuestInterrupt[] {
  let interrupts = known.get(tree);
  if (interrupts === undefined) {
    interrupts = [...enabledNodes(tree).values()].flatMap(({ node, compatible }) => {
      if (compatible.length === 0 || gicVersionOf(node) !== undefined) return [];
      return interruptsOf(node).flatMap((interrupt): readonly GuestInterrupt[] =>
        interrupt.intid === undefined ? [] : [{ ...interrupt, node, intid: interrupt.intid }],
      );
    });
    known.set(tree, interrupts);
  }
  return interrupts;
}

/** The SPIs that the hypervisor lets the cell use, as INTIDs: entries for another address than gicd_base do not count. */
export function cellPins(cell: Config, system: Config): ReadonlySet<number> | undefined {
  const gicd = gicOf(system)?.gicdBase.value;
  if (gicd === undefined || gicd === 0n) return undefined;
  return new Set(cell.irqchips.filter(({ address }) => address.value === gicd).flatMap(pinsOf));
}
