import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { inOrder, type Sort, type SortKey, sortedBy } from '../model/table-order.ts';
import { useFirstRows } from './first-rows.tsx';

/** More rows at once than anybody reads: the search finds the others. */
const rowsAtOnce = 400;

export interface TableColumn<Row, Name extends string> {
  readonly name: Name;
  readonly title: string;
  /** Left out: the column is not sorted by. */
  readonly key?: (row: Row) => SortKey;
  readonly cell: (row: Row) => ComponentChildren;
  readonly look?: 'number' | 'wrap' | undefined;
}

interface SortableTableProps<Row, Name extends string> {
  readonly caption: string;
  readonly columns: readonly TableColumn<Row, Name>[];
  /** In the order in which rows stand that are equal, or not sorted. */
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  readonly sort: Sort<Name> | undefined;
  readonly onSort: (sort: Sort<Name>) => void;
  readonly selected?: string | undefined;
  /** What stands below a row, as wide as the table. */
  readonly below?: (row: Row) => ComponentChildren;
}

/** Rows under heads that sort them; of very many the first, and how many more there are. */
export function SortableTable<Row, Name extends string>(props: SortableTableProps<Row, Name>) {
  const { caption, columns, rows, idOf, sort, onSort, selected, below } = props;
  const key = columns.find(({ name }) => name === sort?.column)?.key;
  const sorted = useMemo(
    () => (key === undefined ? rows : inOrder(rows, key, sort?.descending === true)),
    [rows, sort?.column, sort?.descending],
  );
  const [first, more] = useFirstRows(sorted, rowsAtOnce, selected === undefined ? -1 : sorted.findIndex((row) => idOf(row) === selected));
  return (
    <table>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ name, title, key: sortKey }) => (
            <ColumnHead key={name} name={name} title={title} sort={sort} onSort={sortKey && onSort} />
          ))}
        </tr>
      </thead>
      <tbody>
        {first.map((row) => {
          const id = idOf(row);
          const under = below?.(row);
          return [
            <tr
              key={id}
              data-row={id}
              class={`${id === selected ? 'selected' : ''} ${under === undefined ? '' : 'continued'}`}
              aria-current={id === selected ? 'true' : undefined}
            >
              {columns.map(({ name, cell, look }) => (
                <td key={name} class={look}>
                  {cell(row)}
                </td>
              ))}
            </tr>,
            under !== undefined && (
              <tr key={`${id} below`} class="below">
                <td colSpan={columns.length}>{under}</td>
              </tr>
            ),
          ];
        })}
        {more !== undefined && (
          <tr class="more">
            <td colSpan={columns.length}>{more}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

interface ColumnHeadProps<Name extends string> {
  readonly name: Name;
  readonly title: string;
  readonly sort: Sort<Name> | undefined;
  readonly onSort: ((sort: Sort<Name>) => void) | undefined;
}

function ColumnHead<Name extends string>({ name, title, sort, onSort }: ColumnHeadProps<Name>) {
  if (onSort === undefined) return <th scope="col">{title}</th>;
  const current = sort?.column === name ? sort : undefined;
  const direction = current === undefined ? 'none' : current.descending ? 'descending' : 'ascending';
  return (
    <th scope="col" aria-sort={direction}>
      <button type="button" class="sort" onClick={() => onSort(sortedBy(sort, name))}>
        {title}
        <span aria-hidden="true">{{ none: '', ascending: ' ▴', descending: ' ▾' }[direction]}</span>
      </button>
    </th>
  );
}
