import type { MapLane, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import type { CpuRow, InterruptRow, PciFunctionRow } from '@jailhouse-cells/protocol/resource-messages.ts';
import { useMemo } from 'preact/hooks';
import { cellLanes, functionWords, type HeldRow, holdersInWords, holdersOf, rowsWith, rowTexts } from '../../model/resource-words.ts';
import type { Sort } from '../../model/table-order.ts';
import { SortableTable, type TableColumn } from '../sortable-table.tsx';
import { Claims, Holders, type Post, problemsOf, SourceLink, worstSign } from './resource-parts.tsx';

export interface ResourceTableProps {
  readonly map: MemoryMapResult;
  readonly search: string;
  readonly sort: Sort<string> | undefined;
  readonly onSort: (sort: Sort<string>) => void;
  readonly post: Post;
}

/** Of so many cells a matrix can still be read. */
const mostLanes = 24;

/** Who has which CPU: a row for each, a column for each cell; of very many cells only those that ask for it. */
export function CpuTable(props: ResourceTableProps) {
  const { map, post } = props;
  const lanes = cellLanes(map);
  const isMatrix = lanes.length <= mostLanes;
  return (
    <HeldTable
      {...props}
      caption="CPUs, and which cell has them"
      rows={map.resources.cpus}
      texts={rowTexts.cpus}
      empty="No CPUs: no config of this system sets a bit in cpus, and no device tree of its board is known."
      columns={[
        {
          name: 'cpu',
          title: 'CPU',
          key: ({ cpu }) => cpu,
          cell: ({ cpu, onBoard, problems }) => (
            <>
              {worstSign(problems)}
              {cpu}
              {onBoard === false && <span class="where"> not on the board</span>}
            </>
          ),
        },
        ...(isMatrix ? lanes : []).map(
          (lane): TableColumn<CpuRow, string> => ({
            name: lane.id,
            title: lane.title,
            key: (row) => (holdersOf(row).includes(lane.id) ? 0 : row.claims.some((claim) => claim.lane === lane.id) ? 1 : 2),
            cell: (row) => <CpuOfCell row={row} lane={lane} post={post} />,
          }),
        ),
        ...heldColumns<CpuRow>(map, post).slice(isMatrix ? 1 : 0),
      ]}
    />
  );
}

/** What a cell has to do with a CPU: a mark and a word. */
function CpuOfCell({ row, lane, post }: { row: CpuRow; lane: MapLane; post: Post }) {
  const claim = row.claims.find((candidate) => candidate.lane === lane.id);
  const has = holdersOf(row).includes(lane.id);
  if (claim === undefined && !has) {
    return (
      <span class="where">
        <span aria-hidden="true">–</span>
        <span class="unseen">no</span>
      </span>
    );
  }
  const words = has ? 'has it' : lane.kind === 'root' && row.holder !== undefined ? 'lends it' : 'asks for it';
  return (
    <span class={`cpu-mark ${has ? 'has' : ''}`}>
      <span aria-hidden="true">{has ? '●' : '○'} </span>
      <SourceLink place={claim?.place} title={claim?.field ?? 'as nobody else has it'} post={post}>
        {words}
      </SourceLink>
    </span>
  );
}

export function InterruptTable(props: ResourceTableProps) {
  const { map, post } = props;
  const { interrupts } = map.resources;
  const severalControllers = interrupts.some(({ controller }) => controller !== undefined);
  const withSpi = interrupts.some(({ spi }) => spi !== undefined);
  const columns: TableColumn<InterruptRow, string>[] = [
    {
      name: 'intid',
      title: withSpi ? 'INTID' : 'Pin',
      key: ({ intid }) => intid,
      cell: ({ intid, problems }) => (
        <>
          {worstSign(problems)}
          {intid}
        </>
      ),
    },
  ];
  if (withSpi) columns.push({ name: 'spi', title: 'SPI', key: ({ spi }) => spi ?? -1, cell: ({ spi }) => spi ?? '–' });
  if (severalControllers) {
    columns.push({
      name: 'controller',
      title: 'I/O APIC',
      key: ({ controller }) => controller ?? '',
      cell: ({ controller }) => controller ?? '–',
      look: 'number',
    });
  }
  columns.push(
    { name: 'devices', title: 'Devices', key: ({ devices }) => devices.join(' '), cell: ({ devices }) => list(devices), look: 'wrap' },
    { name: 'virtual', title: 'Virtual PCI', key: ({ virtual }) => virtual.join(' '), cell: ({ virtual }) => list(virtual), look: 'wrap' },
    ...heldColumns<InterruptRow>(map, post),
  );
  return (
    <HeldTable
      {...props}
      caption="Interrupts, and which cell has them"
      rows={interrupts}
      texts={rowTexts.interrupts}
      empty="No interrupts: no config of this system has any in irqchips, and no device tree of its board is known."
      columns={columns}
    />
  );
}

export function FunctionTable(props: ResourceTableProps) {
  const { map, post } = props;
  return (
    <HeldTable
      {...props}
      caption="PCI functions, and which cell has them"
      rows={map.resources.functions}
      texts={rowTexts.functions}
      empty="No PCI functions: no config of this system has any in pci_devices."
      columns={[
        {
          name: 'name',
          title: 'Function',
          key: ({ name }) => name,
          cell: ({ name, problems }) => (
            <>
              {worstSign(problems)}
              <span class="number">{name}</span>
            </>
          ),
        },
        { name: 'kind', title: 'Kind', key: ({ kind }) => functionWords[kind], cell: ({ kind }) => functionWords[kind] },
        { name: 'details', title: 'Details', key: ({ details }) => details.join(' '), cell: ({ details }) => list(details), look: 'wrap' },
        ...heldColumns<PciFunctionRow>(map, post),
      ]}
    />
  );
}

function heldColumns<Row extends HeldRow>(map: MemoryMapResult, post: Post): TableColumn<Row, string>[] {
  return [
    {
      name: 'claims',
      title: 'Asked for by',
      key: ({ claims }) => claims.map(({ owner }) => owner).join(' '),
      cell: ({ claims }) => <Claims claims={claims} post={post} />,
      look: 'wrap',
    },
    { name: 'holder', title: 'Has it now', key: (row) => holdersInWords(map, row), cell: (row) => <Holders map={map} row={row} /> },
  ];
}

interface HeldTableProps<Row extends HeldRow> extends ResourceTableProps {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly TableColumn<Row, string>[];
  readonly texts: (row: Row) => readonly string[];
  /** Why there is nothing. */
  readonly empty: string;
}

function HeldTable<Row extends HeldRow>({ caption, rows, columns, texts, empty, search, sort, onSort, post }: HeldTableProps<Row>) {
  const found = useMemo(() => rowsWith(rows, search, texts), [rows, search]);
  if (rows.length === 0) return <p class="hint">{empty}</p>;
  if (found.length === 0) return <p class="hint">{`Nothing found for “${search}”.`}</p>;
  return (
    <SortableTable
      caption={caption}
      columns={columns}
      rows={found}
      idOf={({ id }) => id}
      sort={sort}
      onSort={onSort}
      below={({ problems }) => problemsOf(problems, post)}
    />
  );
}

const mostListed = 6;

function list(texts: readonly string[]): string {
  if (texts.length === 0) return '–';
  const more = texts.length - mostListed;
  return `${texts.slice(0, mostListed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
