import { Halt } from './halt.ts';
import type { PagePool } from './page-pool.ts';

export const pageSize = 0x1000n;

export function pagesOf(size: bigint | number): number {
  return Number((BigInt(size) + pageSize - 1n) / pageSize);
}

/** A mapping of one page or block. */
export interface Leaf {
  readonly phys: bigint;
  /** Flags of the region that made it: `memory` of layout.ts. */
  readonly flags: bigint;
}

interface Table {
  readonly entries: Map<number, Leaf | Table>;
  /** In the pool; undefined for a root that lies elsewhere. */
  readonly page: number | undefined;
}

interface Level {
  /** Bytes that one entry maps as a block; 0 where blocks are not possible. */
  readonly block: bigint;
  readonly shift: bigint;
  readonly mask: bigint;
}

const l1: Level = { block: 1n << 30n, shift: 30n, mask: 0x1ffn };
const l2: Level = { block: 1n << 21n, shift: 21n, mask: 0x1ffn };
const l3: Level = { block: pageSize, shift: 12n, mask: 0x1ffn };
const fourLevels: readonly Level[] = [{ block: 0n, shift: 39n, mask: 0x1ffn }, l1, l2, l3];
/** Below 44 bits of physical address the guest's tables begin with one wide level, which holds no blocks. */
const threeLevels: readonly Level[] = [{ block: 0n, shift: 30n, mask: 0x3ffffn }, l2, l3];

/** Steps after which a walk is taken for endless: a board would need minutes, with all CPUs waiting. */
const endless = 1n << 20n;

const isTable = (entry: Leaf | Table): entry is Table => 'entries' in entry;
const wrap = (address: bigint): bigint => BigInt.asUintN(64, address);
const alignUp = (size: bigint): bigint => BigInt.asUintN(64, size + pageSize - 1n) & ~(pageSize - 1n);

/** Page tables whose pages come from a pool: what is mapped, and how many pages it takes. */
export class PageTables {
  readonly #root: Table;
  readonly #levels: readonly Level[];

  /** `addressBits`: physical address bits of the board for a guest's tables; 48 for the hypervisor's own. */
  constructor(
    readonly pool: PagePool,
    addressBits: number,
    page: number | undefined,
  ) {
    this.#levels = addressBits < 44 ? threeLevels : fourLevels;
    this.#root = { entries: new Map(), page };
  }

  /** Pages of a guest's root table: several in a row where three levels must reach far. */
  static rootPages(addressBits: number): number {
    return addressBits > 39 && addressBits < 44 ? 1 << (addressBits - 39) : 1;
  }

  /** False: the pool is empty; what was mapped so far stays. */
  create(phys: bigint, size: bigint, virt: bigint, flags: bigint, huge: boolean): boolean {
    return this.#create(this.#root, 0, phys, size, virt, flags, huge);
  }

  #create(root: Table, top: number, phys: bigint, size: bigint, virt: bigint, flags: bigint, huge: boolean): boolean {
    phys &= ~(pageSize - 1n);
    virt &= ~(pageSize - 1n);
    size = alignUp(size);
    let steps = 0n;
    while (size > 0n) {
      if (++steps > endless) throw new Halt('silent');
      let table = root;
      let at = top;
      for (;;) {
        const level = this.#level(at);
        const index = this.#index(level, virt);
        if (level.block > 0n && level.block <= size && ((phys | virt) & (level.block - 1n)) === 0n && (huge || level.block === pageSize)) {
          const old = table.entries.get(index);
          if (old !== undefined && isTable(old)) this.#release(old);
          table.entries.set(index, { phys, flags });
          break;
        }
        let next = table.entries.get(index);
        if (next !== undefined && !isTable(next)) {
          next = this.#split(table, index, at, virt, next, huge);
          if (next === undefined) return false;
        } else if (next === undefined) {
          next = this.#newTable();
          if (next === undefined) return false;
          table.entries.set(index, next);
        }
        table = next;
        at++;
      }
      const { block } = this.#level(at);
      phys = wrap(phys + block);
      virt = wrap(virt + block);
      size -= block;
    }
    return true;
  }

  #split(table: Table, index: number, at: number, virt: bigint, leaf: Leaf, huge: boolean): Table | undefined {
    const { block } = this.#level(at);
    const finer = this.#newTable();
    if (finer === undefined) return undefined;
    table.entries.set(index, finer);
    return this.#create(finer, at + 1, leaf.phys, block, virt & ~(block - 1n), leaf.flags, huge) ? finer : undefined;
  }

  /** False: a block had to be split and the pool is empty. */
  destroy(virt: bigint, size: bigint): boolean {
    size = alignUp(size);
    let steps = 0n;
    while (size > 0n) {
      if (++steps > endless) throw new Halt('silent');
      const path: Table[] = [this.#root];
      let at = 0;
      for (;;) {
        const level = this.#level(at);
        const table = path[at] as Table;
        let next = table.entries.get(this.#index(level, virt));
        if (next === undefined) break;
        if (!isTable(next)) {
          const start = virt & ~(level.block - 1n);
          if (virt <= start && virt + (size - 1n) >= start + (level.block - 1n)) break;
          next = this.#split(table, this.#index(level, virt), at, virt, next, false);
          if (next === undefined) return false;
        }
        path.push(next);
        at++;
      }
      let step = this.#level(at).block;
      if (step === 0n) {
        // Nothing at all is mapped here: the walk goes on page by page.
        const { shift } = this.#level(at);
        const left = (1n << shift) - (virt & ((1n << shift) - 1n));
        step = left < size ? left : size;
        if (step === 0n) step = pageSize;
      }
      for (;;) {
        const table = path[at] as Table;
        table.entries.delete(this.#index(this.#level(at), virt));
        if (at === 0 || table.entries.size > 0) break;
        this.#freePage(table);
        at--;
      }
      if (step > size) break;
      virt = wrap(virt + step);
      size -= step;
    }
    return true;
  }

  /** What `address` is mapped to, or the level at which the walk ends (0 to 3). */
  lookup(
    address: bigint,
  ): { readonly phys: bigint; readonly flags: bigint; readonly level: number; readonly end: bigint } | { readonly level: number } {
    const shallow = this.#levels.length === 3 ? 1 : 0;
    let table = this.#root;
    for (let at = 0; ; at++) {
      const level = this.#level(at);
      const entry = table.entries.get(this.#index(level, address));
      if (entry === undefined) return { level: at + shallow };
      if (isTable(entry)) table = entry;
      else {
        const inside = address & (level.block - 1n);
        return { phys: entry.phys + inside, flags: entry.flags, level: at + shallow, end: address - inside + level.block };
      }
    }
  }

  #level(at: number): Level {
    return this.#levels[at] as Level;
  }

  #index({ shift, mask }: Level, virt: bigint): number {
    return Number((virt >> shift) & mask);
  }

  #newTable(): Table | undefined {
    const page = this.pool.allocate(1);
    return page === undefined ? undefined : { entries: new Map(), page };
  }

  #freePage({ page }: Table): void {
    if (page !== undefined) this.pool.free(page, 1);
  }

  #release(table: Table): void {
    for (const entry of table.entries.values()) if (isTable(entry)) this.#release(entry);
    this.#freePage(table);
  }
}
