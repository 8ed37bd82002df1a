import type { MapBlock, MapLane, MapPlace, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import { ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri } from 'vscode';
import { configOf } from './map-sources.ts';

/** An item of the view of systems with all that is below it. */
export class SystemsItem extends TreeItem {
  readonly children: readonly SystemsItem[];

  constructor(id: string, label: string, children: readonly SystemsItem[], open = false) {
    const { Collapsed, Expanded, None } = TreeItemCollapsibleState;
    super(label, children.length === 0 ? None : open ? Expanded : Collapsed);
    this.id = id;
    this.children = children;
  }
}

const laneIcons = { board: 'circuit-board', hypervisor: 'shield', root: 'server', cell: 'vm' } as const;
const laneWords = { board: 'board', hypervisor: 'hypervisor', root: 'root cell', cell: 'cell' } as const;

/** A system with its board, hypervisor and cells, and their regions. */
export function systemItem(map: MemoryMapResult): SystemsItem {
  const problems = new Map<string, string[]>();
  for (const { blocks, message } of map.collisions) {
    for (const id of blocks) problems.set(id, [...(problems.get(id) ?? []), message]);
  }
  const lanes = map.lanes.map((lane) => laneItem(map, lane, problems));
  const item = new SystemsItem(map.rootUri, map.system, lanes, true);
  item.contextValue = 'system';
  item.resourceUri = Uri.parse(map.rootUri);
  item.iconPath = new ThemeIcon('layers');
  item.description = [map.board, counted(map.collisions.length)].filter((part) => part !== '').join(' · ');
  item.tooltip = map.collisions.map(({ message }) => message).join('\n\n') || `${map.system}: no collisions`;
  return item;
}

function laneItem(map: MemoryMapResult, lane: MapLane, problems: ReadonlyMap<string, readonly string[]>): SystemsItem {
  const id = `${map.rootUri} ${lane.id}`;
  const blocks = lane.blocks.map((block) => blockItem(`${id} ${block.id}`, block, problems.get(block.id) ?? []));
  const item = new SystemsItem(id, lane.title, blocks);
  const messages = new Set(lane.blocks.flatMap((block) => problems.get(block.id) ?? []));
  item.description = [laneWords[lane.kind], counted(messages.size)].filter((part) => part !== '').join(' · ');
  item.iconPath = new ThemeIcon(laneIcons[lane.kind]);
  const config = lane.kind === 'root' ? map.rootUri : lane.kind === 'cell' ? configOf(lane.blocks) : undefined;
  if (config !== undefined) {
    item.contextValue = 'config';
    item.resourceUri = Uri.parse(config);
  }
  return item;
}

function blockItem(id: string, block: MapBlock, problems: readonly string[]): SystemsItem {
  const item = new SystemsItem(id, block.name, []);
  item.description = `${block.size} at ${block.start}`;
  item.tooltip = [`${block.start} to ${block.end}, ${block.size}`, block.detail, block.flags.join(' '), ...problems]
    .filter((part) => part !== undefined && part !== '')
    .join('\n\n');
  item.iconPath = problems.length > 0 ? new ThemeIcon('error', new ThemeColor('list.errorForeground')) : new ThemeIcon('symbol-array');
  item.accessibilityInformation = {
    label: [block.name, item.description, ...(problems.length > 0 ? [counted(problems.length)] : [])].join(', '),
  };
  if (block.place !== undefined) {
    const place: MapPlace = block.place;
    item.command = { command: 'jailhouseCells.revealPlace', title: 'Show Source', arguments: [place] };
  }
  return item;
}

function counted(collisions: number): string {
  return collisions === 0 ? '' : `${collisions} ${collisions === 1 ? 'collision' : 'collisions'}`;
}
