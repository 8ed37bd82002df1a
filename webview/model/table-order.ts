/** A column, by its name, and its direction. */
export interface Sort<Column extends string> {
  readonly column: Column;
  readonly descending: boolean;
}

/** What a row is sorted by: texts by their letters, numbers by value. */
export type SortKey = string | number | bigint;

/** Rows in the order of a key; what is equal there stays in the order it has. */
export function inOrder<Row>(rows: readonly Row[], key: (row: Row) => SortKey, descending: boolean): Row[] {
  const sign = descending ? -1 : 1;
  const keyed = rows.map((row, index) => ({ row, index, key: key(row) }));
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : a.index - b.index));
  return keyed.map(({ row }) => row);
}

/** What a click on a column's head asks for: this column, and the other direction when it is that already. */
export function sortedBy<Column extends string>(now: Sort<Column> | undefined, column: Column): Sort<Column> {
  return { column, descending: now?.column === column && !now.descending };
}
