import type { TreeNode, TreeProperty } from '../../devicetree/model.ts';
import { phandlesOf } from '../../devicetree/phandles.ts';
import { cellOf, cellsOf, property, spanOfCells } from '../../devicetree/tree-access.ts';
import { enabledNodes, guestDevices } from '../guest-devices/guest-nodes.ts';
import type { GuestRule } from '../rule.ts';

/** What a device waits for, and the property of the provider that says how many cells follow (Linux, bindings clock/clock.yaml, reset/reset.yaml). */
const needs = [
  { property: 'clocks', cells: '#clock-cells', what: 'clock' },
  { property: 'resets', cells: '#reset-cells', what: 'reset line' },
  { property: 'power-domains', cells: '#power-domain-cells', what: 'power domain' },
] as const;

export const guestClockMissing: GuestRule = {
  id: 'guest-clock-missing',
  title: 'Device of the guest waits for a clock that it does not have',
  severity: 'warning',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-clocks'],
  prose: {
    meaning:
      'Clocks, reset lines and power domains of a board belong to the root cell. A device of the guest that names a provider which is disabled, is no provider, or is not in the tree waits for it for ever.',
    onTheBoard: 'The driver is never probed ("deferred probe pending"): a UART stays silent, a disk is missing.',
    remedy:
      'Name a `fixed-clock` with the frequency that the root cell has set, leave out resets and power domains, and keep the clock on in the root cell (`clk_ignore_unused`).',
  },
  bad: 'clocks = <&cru 21>; /* &cru has status = "disabled" */',
  good: 'fixed: clock {\n\tcompatible = "fixed-clock";\n\t#clock-cells = <0>;\n\tclock-frequency = <500000000>;\n};\n\nserial@9000000 {\n\tclocks = <&fixed>;\n};',
  check({ tree }, report) {
    const nodes = phandlesOf(tree.root);
    const enabled = enabledNodes(tree);
    for (const { node } of guestDevices(tree)) {
      for (const need of needs) {
        const list = property(node, need.property);
        const broken = list && brokenProvider(list, need.cells, nodes, (provider) => enabled.has(provider));
        if (list === undefined || broken === undefined) continue;
        const { provider, span, why } = broken;
        report({
          span,
          message: `${node.name} waits for a ${need.what} ${provider === undefined ? why : `of ${provider.name}, which ${why}`}: its driver would never start. ${need.what === 'clock' ? 'Name a fixed-clock instead' : 'Leave it out'}; the root cell has to keep it on.`,
          related: provider === undefined ? [] : [{ span: provider.span, message: `${provider.name} ${why}` }],
        });
      }
    }
  },
};

/** The first entry that leads to no working provider. */
function brokenProvider(
  list: TreeProperty,
  cellsName: string,
  nodes: ReadonlyMap<number, TreeNode>,
  isEnabled: (node: TreeNode) => boolean,
) {
  const cells = cellsOf(list);
  for (let at = 0; at < cells.length; ) {
    const phandle = cells[at] as number;
    const span = spanOfCells(list, at, 1);
    // An empty place in a list.
    if (phandle === 0) {
      at++;
      continue;
    }
    const provider = nodes.get(phandle);
    if (provider === undefined) return { provider, span, why: 'of a node that is not in the tree' };
    const more = cellOf(provider, cellsName);
    if (!isEnabled(provider)) return { provider, span, why: 'is disabled' };
    if (more === undefined) return { provider, span, why: `has no ${cellsName}` };
    at += 1 + more;
  }
  return undefined;
}
