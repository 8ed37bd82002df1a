import { type Disposable, EventEmitter } from 'vscode';

/** A cell as it is on a target now. */
export interface LiveCell {
  readonly name: string;
  /** As sysfs has it: `running`, `shut down`, `failed`. */
  readonly state: string;
  readonly failedCpus: readonly number[];
}

/** What runs on a target. */
export interface LiveSystem {
  /** As it is shown: a simulated board says so. */
  readonly target: string;
  readonly cells: readonly LiveCell[];
}

/** Which systems run on targets, from the view of targets to the memory maps. It looks at nothing by itself. */
export class LiveSystems implements Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private systems: readonly LiveSystem[] = [];
  private readonly watch = new EventEmitter<void>();
  readonly onDidChangeWatch = this.watch.event;
  private watchers: readonly string[] = [];

  set(systems: readonly LiveSystem[]): void {
    if (JSON.stringify(systems) === JSON.stringify(this.systems)) return;
    this.systems = systems;
    this.changed.fire();
  }

  /** The system whose root cell has this name; undefined where no target that is looked at runs it. */
  withRoot(name: string): LiveSystem | undefined {
    return this.systems.find(({ cells }) => cells[0]?.name === name);
  }

  /** Pages of the memory map that are to be seen: while there are any, somebody watches. */
  setWatchers(watchers: readonly string[]): void {
    const was = this.isWatched;
    this.watchers = watchers;
    if (this.isWatched !== was) this.watch.fire();
  }

  get isWatched(): boolean {
    return this.watchers.length > 0;
  }

  dispose(): void {
    this.changed.dispose();
    this.watch.dispose();
  }
}
