import type { MapBlock, MapBlockKind, MapCollision, MapLane, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import type { KnownConfig, KnownSystem } from '@jailhouse-cells/protocol/messages.ts';
import { ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri } from 'vscode';
import { counted } from './counted.ts';
import { configOf } from './map-sources.ts';

interface Parts {
  readonly children?: readonly SystemsItem[];
  /** Its children are asked for when they are to be seen. */
  readonly system?: KnownSystem;
  readonly open?: boolean;
}

/** An item of the view of systems. */
export class SystemsItem extends TreeItem {
  /** Undefined for a system. */
  readonly children: readonly SystemsItem[] | undefined;
  readonly system: KnownSystem | undefined;

  constructor(id: string, label: string, { children, system, open = false }: Parts = {}) {
    const { Collapsed, Expanded, None } = TreeItemCollapsibleState;
    const isLeaf = system === undefined && (children === undefined || children.length === 0);
    super(label, isLeaf ? None : open ? Expanded : Collapsed);
    this.id = id;
    this.children = system === undefined ? (children ?? []) : undefined;
    this.system = system;
  }
}

const laneIcons = { board: 'circuit-board', hypervisor: 'shield', root: 'server', cell: 'vm' } as const;
const laneWords = { board: 'board', hypervisor: 'hypervisor', root: 'root cell', cell: 'cell' } as const;

const blockIcons: Readonly<Record<MapBlockKind, string>> = {
  ram: 'symbol-array',
  gpu: 'device-desktop',
  reserved: 'lock',
  device: 'chip',
  pci: 'plug',
  gic: 'zap',
  hypervisor: 'shield',
  'cell-ram': 'symbol-array',
  loadable: 'file-binary',
  mmio: 'chip',
  shared: 'link',
  comm: 'comment-discussion',
  ecam: 'plug',
  'ecam-mmio': 'plug',
  empty: 'circle-slash',
};

/**
 * A system; its children are those that its map has.
 *
 * @param where Its folder as seen from the workspace; left out where the name is enough.
 */
export function systemItem(system: KnownSystem, open: boolean, where = ''): SystemsItem {
  const item = new SystemsItem(system.rootUri, system.name, { system, open });
  item.contextValue = 'system';
  item.resourceUri = Uri.parse(system.rootUri);
  item.iconPath = new ThemeIcon('layers');
  const cells = system.configs.length - 1;
  const problems = problemsOf(system.configs);
  item.description = joined([where, problems, cells === 0 ? 'no cells' : counted(cells, 'cell')]);
  item.tooltip = [`System ${system.name}, cells known ${system.from === 'naming' ? 'by their names' : 'from jailhouse.json'}`]
    .concat(system.configs.map((config) => joined([config.name, problemsOf([config]) || 'no problems'])))
    .join('\n\n');
  isSpoken(item);
  return item;
}

/** What stands below a system that there is no map of. */
export function noMapItem({ rootUri }: KnownSystem, reason: string): SystemsItem {
  const item = new SystemsItem(`${rootUri} reason`, reason);
  item.tooltip = reason;
  item.iconPath = new ThemeIcon('info');
  item.command = { command: 'vscode.open', title: 'Show Source', arguments: [Uri.parse(rootUri)] };
  return item;
}

/** Configs of cells whose system is not known. */
export function loneCellsItem(cells: readonly KnownConfig[]): SystemsItem {
  const children = cells.map((config) => {
    const item = new SystemsItem(`lone ${config.uri}`, config.name);
    isConfig(item, config.uri);
    item.description = problemsOf([config]);
    item.iconPath = new ThemeIcon(laneIcons.cell);
    isSpoken(item);
    return item;
  });
  const item = new SystemsItem('lone', 'Cells without a system', { children });
  item.iconPath = new ThemeIcon('question');
  item.description = joined([counted(cells.length, 'cell'), problemsOf(cells)]);
  item.tooltip =
    'Name them and their system config in a jailhouse.json ("rootCell" and "cells"), or name a cell after its system: rpi4-linux.c beside rpi4.c.';
  isSpoken(item);
  return item;
}

/** Board, hypervisor and cells of a system with their regions. */
export function laneItems(system: KnownSystem, map: MemoryMapResult): SystemsItem[] {
  const problems = new Map<string, MapCollision[]>();
  for (const collision of map.collisions) {
    for (const id of collision.blocks) problems.set(id, [...(problems.get(id) ?? []), collision]);
  }
  return map.lanes.map((lane) => laneItem(system, lane, problems));
}

type Problems = ReadonlyMap<string, readonly MapCollision[]>;

function laneItem(system: KnownSystem, lane: MapLane, problems: Problems): SystemsItem {
  const id = `${system.rootUri} ${lane.id}`;
  const children = lane.blocks.map((block) => blockItem(`${id} ${block.id}`, block, problems.get(block.id) ?? []));
  const item = new SystemsItem(id, lane.title, { children });
  const collisions = new Set(lane.blocks.flatMap((block) => problems.get(block.id) ?? [])).size;
  const uri = lane.kind === 'root' ? system.rootUri : lane.kind === 'cell' ? configOf(lane.blocks) : undefined;
  const config = system.configs.find((candidate) => candidate.uri === uri);
  const trouble = config === undefined ? (collisions === 0 ? '' : counted(collisions, 'collision')) : problemsOf([config]);
  item.description = joined([laneWords[lane.kind], trouble]);
  item.iconPath = new ThemeIcon(laneIcons[lane.kind]);
  if (uri !== undefined) isConfig(item, uri);
  isSpoken(item);
  return item;
}

function blockItem(id: string, block: MapBlock, problems: readonly MapCollision[]): SystemsItem {
  const item = new SystemsItem(id, block.name);
  item.description = `${block.size} at ${block.start}`;
  item.tooltip = [
    `${block.start} to ${block.end}, ${block.size}`,
    block.detail ?? '',
    block.flags.join(' '),
    ...problems.map(({ message }) => message),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
  item.iconPath = problems.length === 0 ? new ThemeIcon(blockIcons[block.kind]) : problemIcon(problems);
  isSpoken(item, problems.length === 0 ? '' : counted(problems.length, 'collision'));
  if (block.place !== undefined) {
    item.command = { command: 'jailhouseCells.revealPlace', title: 'Show Source', arguments: [block.place] };
  }
  return item;
}

function problemIcon(problems: readonly MapCollision[]): ThemeIcon {
  const isError = problems.some(({ severity }) => severity === 'error');
  return isError
    ? new ThemeIcon('error', new ThemeColor('list.errorForeground'))
    : new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
}

/** A click opens the config, and the actions of configs are offered. */
function isConfig(item: SystemsItem, uri: string): void {
  item.contextValue = 'config';
  item.resourceUri = Uri.parse(uri);
  item.command = { command: 'vscode.open', title: 'Show Source', arguments: [item.resourceUri] };
}

/** Without this, screen readers read out the whole tooltip instead. */
function isSpoken(item: SystemsItem, more = ''): void {
  const { label, description } = item;
  item.accessibilityInformation = { label: joined([String(label), String(description ?? ''), more], ', ') };
}

function problemsOf(configs: readonly KnownConfig[]): string {
  const count = (kind: 'errors' | 'warnings') => configs.reduce((sum, config) => sum + config[kind], 0);
  const [errors, warnings] = [count('errors'), count('warnings')];
  return joined([errors === 0 ? '' : counted(errors, 'error'), warnings === 0 ? '' : counted(warnings, 'warning')], ', ');
}

function joined(parts: readonly string[], by = ' · '): string {
  return parts.filter((part) => part !== '').join(by);
}
