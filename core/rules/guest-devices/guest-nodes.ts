import type { AddressRange } from '../../config/address-window.ts';
import { type RegEntry, regOf } from '../../devicetree/addresses.ts';
import { gicV2Compatibles, gicV3Compatibles } from '../../devicetree/interrupt-specifier.ts';
import type { DeviceTree, TreeNode } from '../../devicetree/model.ts';
import { compatibleOf, isEnabled, nodesBelow, pathOf, stringOf, stringsOf } from '../../devicetree/tree-access.ts';

/** A device of the guest that has registers. */
export interface GuestDevice {
  readonly node: TreeNode;
  readonly compatible: readonly string[];
  /** The entries of `reg` that the CPUs can address and that are not empty. */
  readonly windows: readonly GuestWindow[];
}

export interface GuestWindow extends AddressRange {
  readonly entry: RegEntry;
}

/** Nodes whose `reg` says something else than registers of a device. */
const otherKinds: ReadonlySet<string> = new Set(['cpus', 'memory', 'reserved-memory', 'chosen', 'aliases', '__symbols__']);

/** A tree does not change once it is read. */
const known = new WeakMap<DeviceTree, readonly GuestDevice[]>();

/**
 * The enabled nodes with `compatible` and registers, besides GICs and ECAM hosts, which have rules of their own. Linux makes devices of nodes with
 * `compatible` only (drivers/of/platform.c:of_platform_bus_create).
 */
export function guestDevices(tree: DeviceTree): readonly GuestDevice[] {
  let devices = known.get(tree);
  if (devices === undefined) {
    devices = findDevices(tree);
    known.set(tree, devices);
  }
  return devices;
}

function findDevices(tree: DeviceTree): readonly GuestDevice[] {
  const devices: GuestDevice[] = [];
  for (const top of tree.root.children) {
    if (otherKinds.has(baseNameOf(top))) continue;
    for (const node of nodesBelow(top)) {
      const compatible = compatibleOf(node);
      if (compatible.length === 0 || gicVersionOf(node) !== undefined || isEcamHost(node) || !isEnabled(node)) continue;
      const windows = regOf(node).flatMap((entry) =>
        entry.address !== undefined && entry.size > 0n ? [{ start: entry.address, size: entry.size, entry }] : [],
      );
      if (windows.length > 0) devices.push({ node, compatible, windows });
    }
  }
  return devices;
}

/** `serial` of `serial@fe215040`. */
export function baseNameOf(node: TreeNode): string {
  return node.name.replace(/@.*$/, '');
}

/** GIC architecture that a node speaks of; undefined for other nodes. */
export function gicVersionOf(node: TreeNode): 2 | 3 | undefined {
  for (const name of compatibleOf(node)) {
    if (gicV2Compatibles.has(name)) return 2;
    if (gicV3Compatibles.has(name)) return 3;
  }
  return undefined;
}

/** Enabled GICs of the tree. */
export function gicNodes(tree: DeviceTree): readonly TreeNode[] {
  return [...nodesBelow(tree.root)].filter((node) => gicVersionOf(node) !== undefined && isEnabled(node));
}

/** A PCI host whose registers are configuration space, 1 MiB for each bus: what the hypervisor emulates. */
export function isEcamHost(node: TreeNode): boolean {
  return compatibleOf(node).includes('pci-host-ecam-generic');
}

export function ecamHosts(tree: DeviceTree): readonly TreeNode[] {
  return [...nodesBelow(tree.root)].filter((node) => isEcamHost(node) && isEnabled(node));
}

/** The node that `stdout-path` of `/chosen` names, by path or alias; `missing` where it names none. Undefined where nothing is said. */
export function stdoutNode(tree: DeviceTree): TreeNode | 'missing' | undefined {
  const chosen = tree.root.children.find(({ name }) => name === 'chosen');
  const named = chosen && (stringOf(chosen, 'stdout-path') ?? stringOf(chosen, 'linux,stdout-path'));
  const target = named?.split(':')[0];
  if (target === undefined || target === '') return undefined;
  const aliases = tree.root.children.find(({ name }) => name === 'aliases');
  const path = target.startsWith('/') ? target : aliases && stringsOf(aliases.properties.find(({ name }) => name === target))[0];
  if (path === undefined) return 'missing';
  let at: TreeNode | undefined = tree.root;
  for (const step of path.split('/'))
    if (step !== '') at = at?.children.find(({ name }) => name === step || name.replace(/@.*$/, '') === step);
  return at ?? 'missing';
}

/** `serial@fe215040 (brcm,bcm2835-aux-uart)`, with its path where the name alone does not lead there. */
export function deviceText(node: TreeNode): string {
  return `${node.parent?.parent === undefined ? node.name : pathOf(node)} (${compatibleOf(node)[0] ?? 'without compatible'})`;
}
