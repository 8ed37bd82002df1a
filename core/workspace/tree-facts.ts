import { overlaps, physRange, virtRange } from '../config/address-window.ts';
import { ownsPin } from '../config/interrupt-pins.ts';
import { isCommRegion, isEmpty, memoryFlagNames } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import { regOf } from '../devicetree/addresses.ts';
import { interruptsOf } from '../devicetree/interrupts.ts';
import type { DeviceTree, TreeNode, TreeProperty } from '../devicetree/model.ts';
import { nodesBelow, pathOf } from '../devicetree/tree-access.ts';
import { cellName } from '../rules/wording.ts';
import { addressRange, hex } from '../source/numbers.ts';
import type { Span } from '../source/span.ts';
import type { Workspace } from './workspace.ts';

/** What the facts are asked of. */
type Asked = Pick<Workspace, 'configsWith' | 'board' | 'guest' | 'check'>;

/** What a place of a device tree means for the system that it belongs to. */
export interface TreeFacts {
  readonly span: Span;
  /** The path of the node. */
  readonly node: string;
  /** Plain sentences, the most important first. */
  readonly lines: readonly string[];
}

/** A tree that a file is part of, and the configs that it is seen with. */
interface Seen {
  readonly tree: DeviceTree;
  readonly configs: readonly Config[];
  /** In a guest's tree addresses are those that the cell sees. */
  readonly by: 'phys' | 'virt';
}

/**
 * The address range of a `reg` in CPU addresses and who has it, or the INTID of an `interrupts` and whose it is. Undefined elsewhere, and in trees
 * that belong to no known system.
 */
export function treeFactsAt(workspace: Asked, path: string, offset: number): TreeFacts | undefined {
  for (const seen of treesWith(workspace, path)) {
    const found = propertyAt(seen.tree, path, offset);
    if (found === undefined) continue;
    const facts = found.property.name === 'reg' ? regFacts(found, seen, offset) : interruptFacts(found, seen, offset);
    if (facts !== undefined) return { ...facts, node: pathOf(found.node) };
  }
  return undefined;
}

function treesWith(workspace: Asked, path: string): readonly Seen[] {
  const seen: Seen[] = [];
  const configs = workspace.configsWith(path);
  const read = (config: string): Config[] => [workspace.check(config).config ?? []].flat();
  for (const config of configs) {
    const guest = workspace.guest(config);
    const report = workspace.check(config);
    if (guest?.tree !== undefined && guest.paths.includes(path) && report.config !== undefined)
      seen.push({ tree: guest.tree, configs: [report.config], by: 'virt' });
    const root = report.system?.rootCell;
    const board = root === config ? workspace.board(config) : undefined;
    if (board?.board.tree !== undefined && board.paths.includes(path))
      seen.push({ tree: board.board.tree, configs: [config, ...(report.system?.cells ?? [])].flatMap(read), by: 'phys' });
  }
  return seen;
}

interface Found {
  readonly node: TreeNode;
  readonly property: TreeProperty;
}

function propertyAt(tree: DeviceTree, path: string, offset: number): Found | undefined {
  const covers = (span: Span): boolean => span.file === path && span.start <= offset && offset <= span.end;
  for (const node of nodesBelow(tree.root)) {
    for (const property of node.properties) {
      if (covers(property.span) || covers(property.valueSpan)) return { node, property };
    }
  }
  return undefined;
}

type PlainFacts = Omit<TreeFacts, 'node'>;

function regFacts({ node, property }: Found, { configs, by }: Seen, offset: number): PlainFacts | undefined {
  const entries = regOf(node);
  const hit = entries.find(({ span }) => span.start <= offset && offset <= span.end) ?? entries[0];
  if (hit === undefined) return undefined;
  const { address, busAddress, size } = hit;
  if (address === undefined) return undefined;
  const range = { start: address, size: size === 0n ? 1n : size };
  const lines = [`${by === 'phys' ? 'ARM' : 'Guest'} address ${addressRange(address, size)}`];
  if (busAddress !== address) lines.push(`Bus address ${hex(busAddress)}, translated by the ranges above`);
  const holders = configs.flatMap((config) =>
    config.memoryRegions
      .filter((region) => !isEmpty(region) && !(by === 'phys' && isCommRegion(region)))
      .filter((region) => overlaps(by === 'phys' ? physRange(region) : virtRange(region), range))
      .map((region) => `${capitalised(cellName(config))}: ${region.path} (${accessOf(region)})`),
  );
  lines.push(...(holders.length > 0 ? holders : [by === 'phys' ? 'In no region of any cell' : 'In no region of the cell']));
  return { span: hit.span.file === property.valueSpan.file ? hit.span : property.valueSpan, lines };
}

function interruptFacts({ node, property }: Found, { configs }: Seen, offset: number): PlainFacts | undefined {
  if (property.name !== 'interrupts' && property.name !== 'interrupts-extended') return undefined;
  const entries = interruptsOf(node);
  const hit = entries.find(({ span }) => span.start <= offset && offset <= span.end) ?? entries[0];
  if (hit?.intid === undefined) return undefined;
  const { intid, number, kind } = hit;
  const lines = [kind === 'other' ? `INTID ${intid}` : `INTID ${intid} (${kind.toUpperCase()} ${number})`];
  if (kind === 'spi') {
    const owners = configs.filter((config) => ownsPin(config, intid)).map(cellName);
    lines.push(owners.length > 0 ? `In the pin_bitmap of ${owners.join(', ')}` : 'In no pin_bitmap');
  }
  return { span: hit.span, lines };
}

function accessOf(region: MemoryRegion): string {
  return memoryFlagNames(region.flags.value).join(' | ') || 'no access';
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
