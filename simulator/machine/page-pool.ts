/** Pages of 4 KiB handed out by a bitmap, first fit. As in the hypervisor, the last `size % 64` pages are never found. */
export class PagePool {
  readonly #used: Uint8Array;
  #usedPages = 0;
  #firstFree = 0;

  /** `firstPage`: page number of the pool's base, for aligned requests. */
  constructor(
    readonly pages: number,
    readonly firstPage = 0,
  ) {
    this.#used = new Uint8Array(Math.max(0, pages - (pages % 64)));
  }

  get usedPages(): number {
    return this.#usedPages;
  }

  /** Marks the first pages as used, whether or not they can be found. */
  reserve(count: number): void {
    this.#used.fill(1, 0, Math.min(count, this.#used.length));
    this.#usedPages += count;
  }

  /** First page of `count` in a row, or undefined when there are none; also for `count` 0. `align`: a power of two. */
  allocate(count: number, align = 1): number | undefined {
    if (count === 0) return undefined;
    while (this.#used[this.#firstFree] === 1) this.#firstFree++;
    const offset = this.firstPage % align;
    for (let start = this.#firstFree; start + count <= this.#used.length; start++) {
      if ((start + offset) % align !== 0) continue;
      let length = 0;
      while (length < count && this.#used[start + length] === 0) length++;
      if (length === count) {
        this.#used.fill(1, start, start + count);
        this.#usedPages += count;
        return start;
      }
      start += length;
    }
    return undefined;
  }

  free(start: number, count: number): void {
    this.#used.fill(0, start, start + count);
    this.#usedPages -= count;
    this.#firstFree = Math.min(this.#firstFree, start);
  }
}
