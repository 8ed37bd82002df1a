import { useMemo } from 'preact/hooks';
import { hex, humanSize } from '../model/address.ts';
import type { MapModel } from '../model/map-model.ts';
import { type Column, regionSearch, sortRegions } from '../model/region-search.ts';
import type { Selected } from '../model/selection.ts';
import { kindWords } from '../model/words.ts';

const columns: readonly (readonly [Column, string])[] = [
  ['lane', 'Lane'],
  ['name', 'Name'],
  ['kind', 'Kind'],
  ['start', 'Start'],
  ['end', 'End'],
  ['size', 'Size'],
  ['flags', 'Flags'],
];

/** More rows than anybody reads: the search finds the others. */
const mostRows = 400;

export interface RegionTableProps {
  readonly model: MapModel;
  readonly search: string;
  readonly sort: { readonly column: Column; readonly descending: boolean };
  readonly selected: Selected | undefined;
  readonly onSort: (sort: { column: Column; descending: boolean }) => void;
  readonly onSelect: (selected: Selected) => void;
}

export function RegionTable({ model, search, sort, selected, onSort, onSelect }: RegionTableProps) {
  const rows = useMemo(
    () => sortRegions([...model.blocks.values()].filter(regionSearch(search)), sort.column, sort.descending),
    [model, search, sort],
  );
  return (
    <>
      <table>
        <caption class="unseen">Regions of all lanes</caption>
        <thead>
          <tr>
            {columns.map(([column, title]) => {
              const current = sort.column === column;
              return (
                <th key={column} scope="col" aria-sort={current ? (sort.descending ? 'descending' : 'ascending') : 'none'}>
                  <button type="button" class="sort" onClick={() => onSort({ column, descending: current && !sort.descending })}>
                    {title}
                    <span aria-hidden="true">{current ? (sort.descending ? ' ▾' : ' ▴') : ''}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, mostRows).map((drawn) => {
            const { block, lane, start, end } = drawn;
            const chosen = selected?.kind === 'block' && selected.drawn.id === drawn.id;
            return (
              <tr key={drawn.id} class={chosen ? 'selected' : ''} aria-current={chosen ? 'true' : undefined}>
                <td>{lane.title}</td>
                <td>
                  <button type="button" class="link-button" onClick={() => onSelect({ kind: 'block', drawn })}>
                    {block.name}
                  </button>
                  {drawn.collisions.length > 0 && (
                    <span class="sign"> ✕ collision {drawn.collisions.map(({ number }) => number).join(', ')}</span>
                  )}
                </td>
                <td>{kindWords[block.kind]}</td>
                <td class="number">{hex(start)}</td>
                <td class="number">{hex(end)}</td>
                <td class="number">{humanSize(end - start)}</td>
                <td>{block.flags.join(' ')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length === 0 && <p class="hint">{search === '' ? 'No regions.' : `Nothing found for “${search}”.`}</p>}
      {rows.length > mostRows && <p class="hint">{`${rows.length - mostRows} more: search for what you look for.`}</p>}
    </>
  );
}
