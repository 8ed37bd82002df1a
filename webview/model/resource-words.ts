import type { MapLane, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import type {
  CpuRow,
  InterruptRow,
  IvshmemLinkRow,
  PciFunctionRow,
  ResourceClaim,
  ResourceProblem,
} from '@jailhouse-cells/protocol/resource-messages.ts';
import { addressOf, parseAddress } from './address.ts';

/** What all rows of the resources' tables but those of links have. */
export type HeldRow = CpuRow | InterruptRow | PciFunctionRow;

/** Lanes that can have CPUs, interrupts and PCI functions. */
export function cellLanes({ lanes }: MemoryMapResult): readonly MapLane[] {
  return lanes.filter(({ kind }) => kind === 'root' || kind === 'cell');
}

/** Lane ids of all who have something now. */
export function holdersOf({ holder, holders }: HeldRow): readonly string[] {
  return holders ?? (holder === undefined ? [] : [holder]);
}

/** Title of who a lane id names. */
export function laneTitle({ lanes }: MemoryMapResult, id: string): string {
  return lanes.find((lane) => lane.id === id)?.title ?? (id === 'hypervisor' ? 'Jailhouse' : id.replace(/^cell:/, ''));
}

/** `root cell, demo`, or `nobody`. */
export function holdersInWords(map: MemoryMapResult, row: HeldRow): string {
  const holders = holdersOf(row);
  return holders.length === 0 ? 'nobody' : holders.map((id) => laneTitle(map, id)).join(', ');
}

export const functionWords: Readonly<Record<PciFunctionRow['kind'], string>> = {
  device: 'device',
  bridge: 'bridge',
  ivshmem: 'virtual (ivshmem)',
  unknown: 'unknown type',
};

/** 0 to 2, 4, 7 to 9: neighbours together. @param numbers Ascending. */
export function rangesInWords(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range !== undefined && range[1] === number - 1) range[1] = number;
    else ranges.push([number, number]);
  }
  return ranges
    .map(([first, last]) => (first === last ? String(first) : last === first + 1 ? `${first}, ${last}` : `${first} to ${last}`))
    .join(', ');
}

const claimTexts = (claims: readonly ResourceClaim[]) => claims.flatMap(({ owner, field }) => [owner, field]);
const problemTexts = (problems: readonly ResourceProblem[]) => problems.flatMap(({ rule, severity }) => [rule, severity]);

/** Everything that a search finds a row by. */
export const rowTexts = {
  cpus: ({ cpu, claims, problems }: CpuRow) => [`CPU ${cpu}`, ...claimTexts(claims), ...problemTexts(problems)],
  interrupts: ({ intid, spi, controller, devices, virtual, claims, problems }: InterruptRow) => [
    `INTID ${intid}`,
    ...(spi === undefined ? [] : [`SPI ${spi}`]),
    controller ?? '',
    ...devices,
    ...virtual,
    ...claimTexts(claims),
    ...problemTexts(problems),
  ],
  functions: ({ name, kind, details, claims, problems }: PciFunctionRow) => [
    name,
    functionWords[kind],
    ...details,
    ...claimTexts(claims),
    ...problemTexts(problems),
  ],
  links: ({ name, protocol, peers, sections, problems }: IvshmemLinkRow) => [
    name,
    protocol,
    ...claimTexts(peers),
    ...sections.map(({ title }) => title),
    ...problemTexts(problems),
  ],
} as const;

/** Rows in which each word of a search stands; a number has to stand there as a whole. */
export function rowsWith<Row>(rows: readonly Row[], search: string, texts: (row: Row) => readonly string[]): readonly Row[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return rows;
  const tests = words.map((word) => {
    if (!/^\d+$/.test(word)) return (text: string) => text.includes(word);
    const whole = new RegExp(`(?<![0-9a-z])${word}(?![0-9a-z])`);
    return (text: string) => whole.test(text);
  });
  return rows.filter((row) => {
    const text = texts(row).join(' ').toLowerCase();
    return tests.every((test) => test(text));
  });
}

/** Links that a search finds, by an address in a section, too. */
export function linksWith(links: readonly IvshmemLinkRow[], search: string): readonly IvshmemLinkRow[] {
  const address = /^\s*0x/i.test(search) ? parseAddress(search) : undefined;
  if (address === undefined) return rowsWith(links, search, rowTexts.links);
  return links.filter(({ sections }) => sections.some(({ start, end }) => addressOf(start) <= address && address < addressOf(end)));
}
