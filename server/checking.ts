import type { DiagnosticStore } from './diagnostic-store.ts';
import type { Engine } from './engine.ts';
import { isProjectFile } from './folder-search.ts';
import { describeThrown, type Log } from './guard.ts';

/** So many turns of the message queue are waited for at most while further edits lie in it. */
const mostCoalescedTurns = 50;
/** During long work, whoever waits for the end of it hears of the changes after so many checks. */
const checksBetweenReports = 64;

/** In this order: what the user just edited, what else is open, the other members of the edited configs' systems, the rest. */
const edited = 0;
const open = 1;
const system = 2;
const rest = 3;

/**
 * Decides what is checked when. The engine remembers its answers, so after an edit every config is simply asked for again: first
 * the edited one, at once, then the others one per turn of the event loop, so that the next edit never waits for more than one.
 */
export class Checking {
  private readonly queues = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()] as const;
  private readonly openPaths = new Set<string>();
  /** Configs of the workspace folders. */
  private readonly found = new Set<string>();
  private readonly scans = new Set<Iterator<readonly string[]>>();
  private state: 'waiting' | 'idle' | 'running' | 'stopped' = 'waiting';
  private edits = 0;
  private editsSeen = 0;
  private turnsWaited = 0;
  private checksSinceReport = 0;
  private changedSinceReport = new Set<string>();
  private openChanged = false;

  constructor(
    private readonly engine: Engine,
    private readonly store: DiagnosticStore,
    private readonly log: Log,
    private readonly listener: {
      /** These documents show something else now. Called in the same turn as the check. */
      changed(paths: readonly string[]): void;
      /** The open documents are done, or everything is (or much was); these documents changed since the last call. */
      settled(paths: ReadonlySet<string>): void;
      /** A config was asked for again. */
      checked(path: string): void;
    },
  ) {}

  /** Begins, once settings and folders are known; what came before waits until then. */
  start(): void {
    if (this.state !== 'waiting') return;
    this.state = 'idle';
    this.run();
  }

  get started(): boolean {
    return this.state !== 'waiting';
  }

  /** All that is known of is checked, and no folder is left to be searched. */
  get isDone(): boolean {
    return this.state === 'idle';
  }

  stop(): void {
    this.state = 'stopped';
  }

  /** A document was opened or edited. */
  edit(path: string): void {
    this.edits++;
    if (isProjectFile(path)) this.engine.adopt(path);
    this.openPaths.add(path);
    this.queues[edited].add(path);
    this.askAgain();
  }

  close(path: string): void {
    this.openPaths.delete(path);
    this.queues[edited].add(path);
    this.askAgain();
  }

  /** Something changed outside of the open documents: settings, files. */
  askAgain(): void {
    for (const path of this.openPaths) this.queues[open].add(path);
    for (const path of this.found) this.queues[rest].add(path);
    this.run();
  }

  /** Files that may be configs of a workspace folder. */
  consider(paths: Iterable<string>): void {
    for (const path of paths) {
      if (isProjectFile(path)) this.engine.adopt(path);
      this.found.add(path);
      this.queues[rest].add(path);
    }
    this.run();
  }

  /** Looks through folders in the background; each step of the search yields files that may be configs. */
  search(candidates: Iterator<readonly string[]>): void {
    this.scans.add(candidates);
    this.run();
  }

  /** Leaves out all searches under way and all configs of workspace folders that are not open; the folders are searched anew. */
  forgetFound(gone: (path: string) => boolean): void {
    this.scans.clear();
    for (const path of [...this.found]) {
      if (!gone(path)) continue;
      this.found.delete(path);
      this.queues[rest].add(path);
    }
    this.run();
  }

  /** Every file that is checked: open ones, and those found in the workspace's folders. */
  get paths(): readonly string[] {
    return [...new Set([...this.openPaths, ...this.found])].sort();
  }

  isRelevant(path: string): boolean {
    return this.openPaths.has(path) || this.found.has(path);
  }

  isOpen(path: string): boolean {
    return this.openPaths.has(path);
  }

  /** Asks for one document now. */
  check(path: string): void {
    for (const queue of this.queues) queue.delete(path);
    try {
      // What a device tree or config.txt and the configs say together is found with the configs: they first, then the answer is whole.
      for (const config of this.isRelevant(path) ? this.engine.configsWith(path) : []) {
        if (this.isRelevant(config)) this.check(config);
      }
      const report = this.isRelevant(path) && isChecked(path, this.engine) ? this.engine.check(path) : undefined;
      if (report === undefined && !this.openPaths.has(path)) this.found.delete(path);
      this.note(this.store.update(path, report));
      this.listener.checked(path);
      for (const member of report?.system ? [report.system.rootCell, ...report.system.cells] : []) this.promote(member);
      // The files of its board and guest have mistakes of their own to tell.
      if (report?.config !== undefined) this.consider(this.engine.filesWith(path).filter((file) => !this.isRelevant(file)));
    } catch (thrown) {
      // What the document showed last stays: an empty answer would look like a clean config.
      this.log.error(`checking ${path} failed: ${describeThrown(thrown)}`);
    }
  }

  private promote(member: string): void {
    if (this.queues[rest].delete(member)) this.queues[system].add(member);
  }

  private note(changed: readonly string[]): void {
    for (const path of changed) {
      this.changedSinceReport.add(path);
      if (this.openPaths.has(path)) this.openChanged = true;
    }
    if (changed.length > 0) this.listener.changed(changed);
  }

  private run(): void {
    if (this.state !== 'idle') return;
    this.state = 'running';
    setImmediate(this.step);
  }

  private readonly step = (): void => {
    if (this.state !== 'running') return;
    if (this.awaitsQueuedEdits()) {
      setImmediate(this.step);
      return;
    }
    // What the user looks at is done: that news does not wait for the rest of the folder.
    if (this.openChanged && this.queues[edited].size + this.queues[open].size === 0) this.report();
    const next = this.nextPath();
    if (next !== undefined) this.check(next);
    else if (!this.searchOn()) {
      this.state = 'idle';
      this.report();
      return;
    }
    if (++this.checksSinceReport >= checksBetweenReports) this.report();
    setImmediate(this.step);
  };

  /** Messages are handled one per turn: as long as each turn brings an edit, more may be queued, and only the last text counts. */
  private awaitsQueuedEdits(): boolean {
    if (this.edits === this.editsSeen || this.turnsWaited >= mostCoalescedTurns) {
      this.editsSeen = this.edits;
      this.turnsWaited = 0;
      return false;
    }
    this.editsSeen = this.edits;
    this.turnsWaited++;
    return true;
  }

  private nextPath(): string | undefined {
    for (const queue of this.queues) for (const path of queue) return path;
    return undefined;
  }

  /** One step of one search; false when there is none. */
  private searchOn(): boolean {
    for (const scan of this.scans) {
      try {
        const step = scan.next();
        if (step.done) this.scans.delete(scan);
        else this.consider(step.value);
      } catch (thrown) {
        this.scans.delete(scan);
        this.log.error(`searching a folder failed: ${describeThrown(thrown)}`);
      }
      return true;
    }
    return false;
  }

  private report(): void {
    this.checksSinceReport = 0;
    this.openChanged = false;
    const changed = this.changedSinceReport;
    this.changedSinceReport = new Set();
    try {
      this.listener.settled(changed);
    } catch (thrown) {
      this.log.error(`reporting diagnostics failed: ${describeThrown(thrown)}`);
    }
  }
}

/** A file that is gone has nothing to show, though the engine may still know its last good model. */
function isChecked(path: string, engine: Engine): boolean {
  // A blob has no text to show anything in.
  if (engine.text(path) === undefined) return false;
  return isProjectFile(path) || engine.isConfig(path) || engine.configsWith(path).length > 0;
}
