import { gicVersionOf } from '../../board/gic.ts';
import { highestCpu } from '../../config/cpu-list.ts';
import { gicOf } from '../../config/gic.ts';
import type { Field } from '../../config/model.ts';
import { type RegEntry, regOf } from '../../devicetree/addresses.ts';
import type { TreeNode } from '../../devicetree/model.ts';
import { cellOf, property } from '../../devicetree/tree-access.ts';
import { setRegAddress } from '../../fixes/tree-cells.ts';
import type { Fix } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';
import { gicNodes } from '../guest-devices/guest-nodes.ts';
import type { GuestRule, TextOf } from '../rule.ts';

/** Bytes that a CPU's redistributor takes at most: GICv4 (hypervisor/arch/arm-common/include/asm/gic_v3.h). */
const redistributor = 0x40000n;

export const guestGicDiffers: GuestRule = {
  id: 'guest-gic-differs',
  title: "The guest's GIC is not the one of the system",
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-gic-reg', 'DTS-gic-compat'],
  prose: {
    meaning:
      'The guest finds the interrupt controller at the addresses of the system config: the distributor at `gicd_base`; with GICv2 the CPU interface at `gicc_base`, where the hypervisor shows the guest the virtual one (`gicv_base` is where that really stands); with GICv3 redistributors from `gicr_base` on. The version has to be that of `gic_version`. Sizes are not compared: Linux touches no more than there is.',
    onTheBoard:
      '"Unhandled data read at ..." at the first access to the GIC, early in the boot, and the cell is failed (hypervisor/arch/arm-common/gic-v2.c, gic-v3.c map and trap exactly these addresses).',
    remedy: 'Write the addresses of the system config into `reg`.',
  },
  bad: '/* .gicc_base = 0xff842000, .gicv_base = 0xff846000 */\nreg = <0x0 0xff841000 0x0 0x1000>,\n      <0x0 0xff846000 0x0 0x2000>;',
  good: 'reg = <0x0 0xff841000 0x0 0x1000>,\n      <0x0 0xff842000 0x0 0x2000>;',
  check({ tree, system, text }, report) {
    const gic = gicOf(system);
    const version = gic?.gicVersion?.value;
    if (gic === undefined || (version !== 2 && version !== 3) || gic.gicVersion === undefined) return;
    for (const node of gicNodes(tree)) {
      const compatible = property(node, 'compatible');
      const own = gicVersionOf(node);
      if (own !== version) {
        report({
          span: compatible?.valueSpan ?? node.span,
          message: `The guest's tree speaks of a GICv${own}, but the system has a GICv${version}: the guest's driver would touch registers that are not there ("Unhandled data read"). Copy the node from the board's tree.`,
          related: [{ span: gic.gicVersion.span, message: `gic_version ${version}` }],
        });
        continue;
      }
      const [first, second] = regOf(node);
      if (first?.address === undefined) continue;
      const compare = (entry: RegEntry, base: Field<bigint>, what: string, hint = '', is = 'it is'): void => {
        if (base.value === 0n || entry.address === undefined || entry.address === base.value) return;
        report({
          span: entry.addressSpan,
          message: `The guest looks for the ${what} at ${hex(entry.address)}, but ${is} at ${hex(base.value)}${hint}: the guest would die at the first access ("Unhandled data read at ${hex(entry.address)}..."). Write ${hex(base.value)}.`,
          related: [{ span: base.span, message: `${base.path.slice(base.path.lastIndexOf('.') + 1)} ${hex(base.value)}` }],
          fixes: () => setAddress(node, entry, base.value, text),
        });
      };
      compare(first, gic.gicdBase, 'distributor');
      if (version === 2) {
        if (second !== undefined) {
          const isGicv = second.address === gic.gicvBase.value;
          compare(second, gic.giccBase, 'CPU interface', isGicv ? ' (gicv_base is for the hypervisor, which maps it there)' : '');
        } else if (gic.giccBase.value !== 0n)
          report({
            span: first.span,
            message: `reg of ${node.name} lacks the CPU interface, its second entry: the guest has no interrupts. Add ${hex(gic.giccBase.value)}, size 0x2000.`,
            related: [{ span: gic.giccBase.span, message: `gicc_base ${hex(gic.giccBase.value)}` }],
          });
        continue;
      }
      // With several stretches of redistributors the first entries are those.
      if (second?.address === undefined || (cellOf(node, '#redistributor-regions') ?? 1) > 1 || gic.gicrBase.value === 0n) continue;
      const cpus = BigInt((highestCpu(system.cpus) ?? 0) + 1);
      const start = gic.gicrBase.value;
      if (second.address >= start && second.address < start + cpus * redistributor) continue;
      compare(second, gic.gicrBase, 'redistributors', '', 'they are');
    }
  },
};

function setAddress(node: TreeNode, entry: RegEntry, address: bigint, text: TextOf): readonly Fix[] {
  const edits = setRegAddress(node, entry.index, address, text);
  return edits === undefined ? [] : [{ title: `Set the address to ${hex(address)}`, edits }];
}
