/**
 * Memoised computations with recorded dependencies, after the red-green scheme of rustc and salsa: inputs have a revision at
 * which they last changed; a query is computed again only when something it read has changed since, and what depends on it
 * only when its own value did.
 */

interface Cell {
  /** Revision at which the value last became another one. */
  changedAt: number;
  /** Brings the cell up to date. */
  refresh(): void;
}

class Input<T> implements Cell {
  changedAt: number;
  value: T;

  constructor(
    private readonly read: () => T,
    private readonly same: (a: T, b: T) => boolean,
    revision: number,
  ) {
    this.value = read();
    this.changedAt = revision;
  }

  refresh(): void {}

  /** Reads again; true when the value is another one. */
  reread(revision: number): boolean {
    const next = this.read();
    if (this.same(this.value, next)) return false;
    this.value = next;
    this.changedAt = revision;
    return true;
  }
}

class Query<T> implements Cell {
  changedAt = 0;
  value: T | undefined;
  private verifiedAt = 0;
  private dependencies: Cell[] = [];
  private running = false;

  constructor(
    private readonly queries: Queries,
    private readonly compute: () => T,
    private readonly same: (a: T, b: T) => boolean,
  ) {}

  refresh(): void {
    const { revision } = this.queries;
    if (this.verifiedAt === revision || this.running) return;
    this.running = true;
    try {
      if (this.verifiedAt === 0 || this.isStale()) this.recompute(revision);
      this.verifiedAt = revision;
    } finally {
      this.running = false;
    }
  }

  private isStale(): boolean {
    for (const dependency of this.dependencies) {
      dependency.refresh();
      if (dependency.changedAt > this.verifiedAt) return true;
    }
    return false;
  }

  private recompute(revision: number): void {
    const dependencies = new Set<Cell>();
    const value = this.queries.recording(dependencies, this.compute);
    this.queries.computations++;
    this.dependencies = [...dependencies];
    if (this.verifiedAt === 0 || !this.same(this.value as T, value)) {
      this.value = value;
      this.changedAt = revision;
    }
  }
}

export class Queries {
  /** Goes up whenever an input changes. */
  revision = 1;
  /** Computations made so far. */
  computations = 0;
  private readonly inputs = new Map<string, Input<unknown>>();
  private readonly cells = new Map<string, Query<unknown>>();
  private recorder: Set<Cell> | undefined;

  /** A value from outside; read once, and again when `changed` names it. */
  input<T>(key: string, read: () => T, same: (a: T, b: T) => boolean = Object.is): T {
    let input = this.inputs.get(key) as Input<T> | undefined;
    if (!input) {
      input = new Input(read, same, this.revision);
      this.inputs.set(key, input as Input<unknown>);
    }
    this.recorder?.add(input);
    return input.value;
  }

  /** A computed value. `key` must say everything that `compute` closes over. */
  query<T>(key: string, compute: () => T, same: (a: T, b: T) => boolean = Object.is): T {
    let query = this.cells.get(key) as Query<T> | undefined;
    if (!query) {
      query = new Query(this, compute, same);
      this.cells.set(key, query as Query<unknown>);
    }
    query.refresh();
    this.recorder?.add(query);
    return query.value as T;
  }

  /** Reads the named inputs again, as far as anybody has asked for them. */
  changed(keys: Iterable<string>): void {
    const next = this.revision + 1;
    let any = false;
    for (const key of keys) if (this.inputs.get(key)?.reread(next)) any = true;
    if (any) this.revision = next;
  }

  /** Reads again every input whose key the test accepts. */
  changedWhere(test: (key: string) => boolean): void {
    this.changed([...this.inputs.keys()].filter(test));
  }

  /** Drops remembered answers; whoever depends on one keeps it. */
  forget(test: (key: string) => boolean): void {
    for (const key of [...this.cells.keys()]) if (test(key)) this.cells.delete(key);
  }

  recording<T>(dependencies: Set<Cell>, compute: () => T): T {
    const outer = this.recorder;
    this.recorder = dependencies;
    try {
      return compute();
    } finally {
      this.recorder = outer;
    }
  }
}
