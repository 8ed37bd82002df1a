import { useMemo } from 'preact/hooks';
import { hex, humanSize } from '../model/address.ts';
import type { DrawnBlock, MapModel } from '../model/map-model.ts';
import { type Column, regionKeys, regionSearch } from '../model/region-search.ts';
import type { Selected } from '../model/selection.ts';
import { inOrder, type Sort } from '../model/table-order.ts';
import { kindWords } from '../model/words.ts';
import { SortableTable, type TableColumn } from './sortable-table.tsx';

export interface RegionTableProps {
  readonly model: MapModel;
  readonly search: string;
  readonly sort: Sort<Column>;
  readonly selected: Selected | undefined;
  readonly onSort: (sort: Sort<Column>) => void;
  readonly onSelect: (selected: Selected) => void;
}

export function RegionTable({ model, search, sort, selected, onSort, onSelect }: RegionTableProps) {
  const rows = useMemo(() => {
    const found = [...model.blocks.values()].filter(regionSearch(search));
    return inOrder(found, regionKeys.start, false);
  }, [model, search]);
  if (model.blocks.size === 0) return <p class="hint">No regions: no config of this system has any in mem_regions yet.</p>;
  if (rows.length === 0) return <p class="hint">{`Nothing found for “${search}”.`}</p>;
  const column = (name: Column, title: string, cell: TableColumn<DrawnBlock, Column>['cell'], look?: 'number') => ({
    name,
    title,
    key: regionKeys[name],
    cell,
    look,
  });
  return (
    <SortableTable
      caption="Regions of all lanes"
      columns={[
        column('lane', 'Lane', ({ lane }) => lane.title),
        column('name', 'Name', (drawn) => (
          <>
            <button type="button" class="link-button" onClick={() => onSelect({ kind: 'block', drawn })}>
              {drawn.block.name}
            </button>
            {drawn.collisions.length > 0 && <span class="sign"> {collisionsInWords(drawn)}</span>}
          </>
        )),
        column('kind', 'Kind', ({ block }) => kindWords[block.kind]),
        column('start', 'Start', ({ start }) => hex(start), 'number'),
        column('end', 'End', ({ end }) => hex(end), 'number'),
        column('size', 'Size', ({ start, end }) => humanSize(end - start), 'number'),
        column('flags', 'Flags', ({ block }) => block.flags.join(' ')),
      ]}
      rows={rows}
      idOf={({ id }) => id}
      sort={sort}
      onSort={onSort}
      selected={selected?.kind === 'block' ? selected.drawn.id : undefined}
    />
  );
}

/** A region that is in hundreds of collisions has more than a cell of a table holds. */
const mostNumbers = 5;

function collisionsInWords({ collisions }: DrawnBlock): string {
  const numbers = collisions.slice(0, mostNumbers).map(({ number }) => number);
  const more = collisions.length - numbers.length;
  return `✕ collision ${numbers.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
