import { regOf } from '../devicetree/addresses.ts';
import type { TreeNode } from '../devicetree/model.ts';
import { compatibleOf, stringOf } from '../devicetree/tree-access.ts';
import type { BoardCpu } from './board.ts';

/** The CPU nodes, in Linux' order; those that have failed are not counted (drivers/of/base.c:of_get_next_cpu_node). */
export function cpuNodes(root: TreeNode): readonly TreeNode[] {
  const cpus = root.children.find(({ name }) => name === 'cpus');
  return (cpus?.children ?? []).filter((node) => {
    if (stringOf(node, 'device_type') !== 'cpu' && node.name !== 'cpu' && !node.name.startsWith('cpu@')) return false;
    return !(stringOf(node, 'status') ?? '').startsWith('fail');
  });
}

/** CPUs by `/cpus`; undefined where the tree says nothing of them, or not where one is. */
export function boardCpus(root: TreeNode): readonly BoardCpu[] | undefined {
  const cpus: BoardCpu[] = [];
  for (const node of cpuNodes(root)) {
    const reg = regOf(node)[0];
    if (reg === undefined) return undefined;
    cpus.push({
      index: cpus.length,
      mpidr: reg.busAddress,
      enableMethod: stringOf(node, 'enable-method'),
      compatible: compatibleOf(node)[0] ?? '',
      span: node.span,
    });
  }
  return cpus.length === 0 ? undefined : cpus;
}

/** Physical address bits by the technical reference manuals (ID_AA64MMFR0_EL1.PARange; 40 with the LPAE of ARMv7). */
const bitsByCpu: Readonly<Record<string, number>> = {
  'arm,cortex-a7': 40,
  'arm,cortex-a15': 40,
  'arm,cortex-a17': 40,
  'arm,cortex-a35': 40,
  'arm,cortex-a53': 40,
  'arm,cortex-a55': 40,
  'arm,cortex-a57': 44,
  'arm,cortex-a72': 44,
};

/** The bits that all CPUs have; undefined when one of them is not known. */
export function addressBitsOf(cpus: readonly BoardCpu[] | undefined): number | undefined {
  let least: number | undefined;
  for (const { compatible } of cpus ?? []) {
    const bits = Object.hasOwn(bitsByCpu, compatible) ? bitsByCpu[compatible] : undefined;
    if (bits === undefined) return undefined;
    least = least === undefined || bits < least ? bits : least;
  }
  return least;
}

/** CPUs of ARMv7: such a board runs a 32-bit Linux. */
const armV7: ReadonlySet<string> = new Set([
  'arm,cortex-a5',
  'arm,cortex-a7',
  'arm,cortex-a8',
  'arm,cortex-a9',
  'arm,cortex-a12',
  'arm,cortex-a15',
  'arm,cortex-a17',
]);

export function architectureOf(cpus: readonly BoardCpu[] | undefined): 'arm64' | 'arm' {
  return cpus?.some(({ compatible }) => armV7.has(compatible)) ? 'arm' : 'arm64';
}

/** The node that says how to call the firmware's PSCI (Linux, bindings arm/psci.yaml); undefined where CPUs are started otherwise. */
export function psciNode(root: TreeNode): TreeNode | undefined {
  const known = ['arm,psci', 'arm,psci-0.2', 'arm,psci-1.0'];
  const candidates = [...root.children, ...root.children.filter(({ name }) => name === 'firmware').flatMap(({ children }) => children)];
  return candidates.find((node) => compatibleOf(node).some((name) => known.includes(name)));
}
