/**
 * Page tables as the hypervisor builds them (hypervisor/paging.c, arm-common/paging.c), counted, not filled: which tables exist
 * depends on everything that was mapped and unmapped before. All addresses and sizes are page numbers (4 KiB).
 */

/** Pages under one entry of a table of level 0 to 3: 512 GiB, 1 GiB, 2 MiB, 4 KiB. */
const span = [0x8000000, 0x40000, 0x200, 1] as const;

const entriesPerTable = 512;

/** Page tables of four levels reach 48 bits of addresses; nothing that works is mapped behind them. */
const addressEnd = 2 ** 36;

type Level = 0 | 1 | 2 | 3;

/** An upper table: an entry maps a whole block, or leads to a table. */
interface UpperTable {
  readonly level: 0 | 1 | 2;
  readonly entries: (Table | 'block' | undefined)[];
  /** Entries that are not empty. */
  used: number;
}

/** A table of level 3: one flag per page. */
interface LeafTable {
  readonly level: 3;
  readonly pages: Uint8Array;
  used: number;
}

type Table = UpperTable | LeafTable;

export interface MapOptions {
  /** Blocks of 1 GiB and 2 MiB where addresses and size allow (PAGING_HUGE). */
  readonly blocks: boolean;
}

export class PageTables {
  private readonly root: UpperTable;
  private tables = 0;

  /**
   * `rootLevel` 1: CPUs with fewer than 44 bits of physical addresses, whose root holds no blocks. Counting ends at `limit`
   * tables: no pool holds more.
   */
  constructor(
    private readonly rootLevel: 0 | 1,
    private readonly limit: number,
  ) {
    this.root = { level: rootLevel, entries: [], used: 0 };
  }

  /** Tables below the root table. */
  get count(): number {
    return this.tables;
  }

  get isFull(): boolean {
    return this.tables > this.limit;
  }

  /** paging_create */
  map(virt: number, phys: number, pages: number, options: MapOptions): void {
    this.mapIn(this.root, virt, Math.min(virt + pages, addressEnd), phys - virt, options.blocks);
  }

  private mapIn(table: Table, from: number, end: number, offset: number, blocks: boolean): void {
    if (table.level === 3) {
      for (let page = from; page < end; page++) {
        const at = page % entriesPerTable;
        if (table.pages[at] === 0) table.used++;
        table.pages[at] = 1;
      }
      return;
    }
    const size = span[table.level];
    for (let at = from; at < end && !this.isFull; ) {
      const next = Math.min(end, at - (at % size) + size);
      if (blocks && this.holdsBlocks(table.level) && end - at >= size && at % size === 0 && (at + offset) % size === 0) {
        const index = this.indexOf(table, at);
        this.release(table.entries[index]);
        this.set(table, index, 'block');
      } else this.mapIn(this.tableAt(table, at, blocks), at, next, offset, blocks);
      at = next;
    }
  }

  /** The table that an entry leads to; a block is split, or a table made. */
  private tableAt(table: UpperTable, at: number, blocks: boolean): Table {
    const index = this.indexOf(table, at);
    const entry = table.entries[index];
    if (entry !== undefined && entry !== 'block') return entry;
    const made = this.make((table.level + 1) as Level);
    this.set(table, index, made);
    if (entry === 'block') {
      const first = at - (at % span[table.level]);
      this.mapIn(made, first, first + span[table.level], 0, blocks);
    }
    return made;
  }

  /** Address bits above the table's are not looked at; a root of level 1 is several tables in a row. */
  private indexOf(table: UpperTable, at: number): number {
    const index = Math.floor(at / span[table.level]);
    return table.level === 1 && table === this.root ? index : index % entriesPerTable;
  }

  private set(table: UpperTable, index: number, entry: Table | 'block' | undefined): void {
    if ((table.entries[index] === undefined) !== (entry === undefined)) table.used += entry === undefined ? -1 : 1;
    table.entries[index] = entry;
  }

  private make(level: Level): Table {
    this.tables++;
    return level === 3 ? { level, pages: new Uint8Array(entriesPerTable), used: 0 } : { level, entries: [], used: 0 };
  }

  private release(entry: Table | 'block' | undefined): void {
    if (entry === undefined || entry === 'block') return;
    this.tables--;
    if (entry.level !== 3) for (const below of entry.entries) this.release(below);
  }

  private holdsBlocks(level: Level): boolean {
    return level === 3 || level === 2 || (level === 1 && this.rootLevel === 0);
  }

  /**
   * paging_destroy. A block that is unmapped in part is split to its last page first: 513 tables for one of 1 GiB. Where nothing
   * is mapped under an entry the search goes on one entry's size further, from wherever it stood.
   */
  unmap(virt: number, pages: number): void {
    let at = virt;
    let left = Math.min(pages, addressEnd - virt);
    while (left > 0 && !this.isFull) {
      const done = this.unmapAt(at, left);
      if (done > left) break;
      at += done;
      left -= done;
    }
  }

  /** Clears what one entry maps of [at, at + left) and says how far to go on. */
  private unmapAt(at: number, left: number): number {
    const path: UpperTable[] = [];
    let table: Table = this.root;
    while (table.level !== 3) {
      const size: number = span[table.level];
      let entry: Table | 'block' | undefined = table.entries[this.indexOf(table, at)];
      // Where a level has no blocks the hypervisor steps by pages: there is nothing up to the entry's end.
      if (entry === undefined) return this.holdsBlocks(table.level) ? size : Math.min(left, size - (at % size));
      if (entry === 'block') {
        if (at % size === 0 && left >= size) {
          this.set(table, this.indexOf(table, at), undefined);
          this.dropEmpty(path, table, at);
          return size;
        }
        entry = this.tableAt(table, at, false);
      }
      path.push(table);
      table = entry;
    }
    const end = Math.min(left, entriesPerTable - (at % entriesPerTable));
    for (let page = at; page < at + end; page++) {
      const slot = page % entriesPerTable;
      table.used -= table.pages[slot] as number;
      table.pages[slot] = 0;
    }
    this.dropEmpty(path, table, at);
    return end;
  }

  private dropEmpty(path: UpperTable[], table: Table, at: number): void {
    let below = table;
    while (below !== this.root && below.used === 0) {
      const above = path.pop();
      if (above === undefined) return;
      this.set(above, this.indexOf(above, at), undefined);
      this.tables--;
      below = above;
    }
  }
}
