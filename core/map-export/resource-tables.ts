import type { LinkRow, ResourceRow } from '../memory-map/resources/model.ts';
import { functionName } from '../memory-map/resources/names.ts';
import type { Finding } from '../source/finding.ts';
import { hex, humanSize } from '../source/numbers.ts';
import type { MemoryMapReading } from '../workspace/memory-maps.ts';
import { rangeWords } from './words.ts';

/** Texts as they come out of the configs: not yet made printable. */
export interface ResourceTable {
  readonly title: string;
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** SPI 0 of a GIC is INTID 32. */
const firstSpi = 32;

/** The resources of a system as tables for people; those without rows, and columns that say nothing, are left out. */
export function resourceTables(reading: MemoryMapReading): readonly ResourceTable[] {
  const { cpus, interrupts, functions, links } = reading.resources;
  const isX86 = interrupts.some(({ controller }) => controller !== undefined);
  const titles = new Map(reading.map.lanes.map(({ id, title }) => [id, title]));
  const named = (lanes: readonly string[]): string => lanes.map((lane) => titles.get(lane) ?? lane).join(', ') || 'nobody';
  const claimed = ({ claims }: ResourceRow): string => [...new Set(claims.map(({ owner }) => owner))].join(', ');
  const common = (row: ResourceRow): readonly string[] => [named(row.holders), claimed(row)];
  const tables: readonly ResourceTable[] = [
    table(
      'CPUs',
      ['CPU', 'has it', 'in configs of', 'board', 'findings'],
      merged(
        cpus.map((row) => ({
          numbers: [row.cpu],
          cells: [...common(row), row.onBoard === false ? 'has none' : '', rulesOf(row.findings)],
        })),
      ),
    ),
    table(
      'Interrupts',
      isX86
        ? ['pin', 'has it', 'in configs of', 'I/O APIC', 'findings']
        : ['INTID', 'SPI', 'has it', 'in configs of', 'raised by', 'findings'],
      merged(
        interrupts.map((row) => ({
          numbers: isX86 ? [row.intid] : row.intid < firstSpi ? [row.intid, undefined] : [row.intid, row.intid - firstSpi],
          cells: [
            ...common(row),
            row.controller === undefined ? [...row.devices, ...row.virtual].join(', ') : hex(row.controller),
            rulesOf(row.findings),
          ],
        })),
      ),
    ),
    table(
      'PCI functions',
      ['function', 'kind', 'has it', 'in configs of', 'details', 'findings'],
      // Of virtual devices the links tell more.
      functions.map((row) => [
        functionName(row),
        row.kind,
        ...common(row),
        row.kind === 'ivshmem' ? '' : row.details.join('; '),
        rulesOf(row.findings),
      ]),
    ),
    table(
      'Links',
      ['link', 'protocol', 'peer', 'cell', 'INTID', 'findings'],
      links.flatMap((link) =>
        [...link.peers.map(({ peer, owner, intid }) => [`${peer}`, owner, `${intid ?? ''}`]), ...absent(link)].map((peer) => [
          functionName(link),
          link.protocol,
          ...peer,
          rulesOf(link.findings),
        ]),
      ),
    ),
    table(
      'Sections of links',
      ['link', 'section', 'addresses', 'size', 'writers', 'readers'],
      links.flatMap((link) =>
        link.sections.map(({ title, start, end, writers, readers }) => [
          functionName(link),
          title,
          rangeWords(start, end),
          humanSize(end - start),
          // The hypervisor writes it for the peers.
          writers.length === 0 && title === 'state table' ? 'Jailhouse' : peerNumbers(writers),
          peerNumbers(readers),
        ]),
      ),
    ),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

function absent({ absentPeers }: LinkRow): readonly (readonly string[])[] {
  return absentPeers.map((peer) => [`${peer}`, 'nobody', '']);
}

function peerNumbers(peers: readonly number[]): string {
  if (peers.length === 0) return 'nobody';
  return peers.join(', ');
}

function rulesOf(findings: readonly Finding[]): string {
  return [...new Set(findings.map(({ rule }) => rule))].join(', ');
}

interface Numbered {
  /** Of equal length in all rows. */
  readonly numbers: readonly (number | undefined)[];
  readonly cells: readonly string[];
}

/** Rows whose numbers go on and that are alike become one. */
function merged(rows: readonly Numbered[]): readonly (readonly string[])[] {
  const runs: { first: Numbered; last: Numbered }[] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    if (run !== undefined && goesOn(run.last, row)) run.last = row;
    else runs.push({ first: row, last: row });
  }
  return runs.map(({ first, last }) => [
    ...first.numbers.map((number, at) =>
      number === undefined ? '' : number === last.numbers[at] ? `${number}` : `${number}-${last.numbers[at]}`,
    ),
    ...first.cells,
  ]);
}

function goesOn(before: Numbered, row: Numbered): boolean {
  return (
    row.numbers.every((number, at) => {
      const last = before.numbers[at];
      return number === undefined ? last === undefined : last !== undefined && number === last + 1;
    }) && row.cells.every((cell, at) => cell === before.cells[at])
  );
}

function table(title: string, heading: readonly string[], rows: readonly (readonly string[])[]): ResourceTable {
  const used = heading.map((_, at) => rows.some((row) => row[at] !== ''));
  const kept = <T>(cells: readonly T[]): readonly T[] => cells.filter((_, at) => used[at]);
  return { title, heading: kept(heading), rows: rows.map(kept) };
}
