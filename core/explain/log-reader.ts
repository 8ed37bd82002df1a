import { CrashReports, crashNeeds } from './crash-report.ts';
import { driverMessages } from './driver-messages.ts';
import { errnoIn } from './errno.ts';
import type { MatchedLine } from './explanation.ts';
import { hypervisorMessages } from './hypervisor-messages.ts';
import type { Crash, Failure, Incident, Notice, Silence } from './incident.ts';
import { kernelMessages } from './kernel-messages.ts';
import { cleanLine, LineSplitter, type LogLine } from './log-lines.ts';
import type { MessageKind } from './message-kind.ts';
import { type Operation, operationIn } from './operation.ts';
import { joinFailures } from './pairing.ts';
import { toolMessages } from './tool-messages.ts';

/** Incidents kept of one run: a guest that dies in a loop says the same again and again. */
const maxIncidents = 100;
const maxShownLine = 500;

const messages: readonly MessageKind[] = [...toolMessages, ...driverMessages, ...kernelMessages, ...hypervisorMessages];

const toolError = /JAILHOUSE_(ENABLE|DISABLE|CELL_[A-Z]+): (.+)/;
const pythonCall = /JAILHOUSE_(ENABLE|DISABLE|CELL_[A-Z]+)\b/;
const pythonError = /OSError: \[Errno (\d+)\]/;
const started = /Initializing Jailhouse hypervisor/;
const kernelBoot = /Booting Linux on physical CPU|Linux version \d+\.\d+/;
const cellStarted = /Started cell "/;
const opened = /The Jailhouse is opening/;
const poolUsage = /Page pool usage .+: mem (\d+)\/(\d+), remap (\d+)\/(\d+)/;
const progress: readonly (readonly [Silence['at'] | undefined, RegExp])[] = [
  ['processors', /Initializing processors:|^\s*CPU \d+\.\.\.\s*(?:OK)?$/],
  ['unit', /Initializing unit: /],
  ['adding-pci', /Adding (?:virtual )?PCI device |Shared memory connection established/],
  ['activating', /Activating hypervisor/],
  [undefined, /Created (?:Jailhouse )?cell |Started cell |can be loaded|Closing cell |Shutting down hypervisor|Releasing CPU /],
];

const needed = [
  ...new Set([
    ...messages.map((kind) => kind.needs),
    ...crashNeeds,
    'JAILHOUSE_',
    'OSError',
    'Jailhouse',
    'Booting Linux',
    'Linux version',
  ]),
  'Page pool',
  'Initializing',
  'Adding ',
  'Activating',
  'ell "',
  'Shutting',
];
/** One look tells most lines of a long log apart from those that can match. */
const mayMatter = new RegExp(needed.map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|'));

/** Pages of 4 KiB, as the hypervisor prints them. */
export interface PoolUsage {
  readonly used: number;
  readonly total: number;
  readonly remapUsed: number;
  readonly remapTotal: number;
  readonly line: MatchedLine;
}

export interface ReadLog {
  /** Of the latest run that has any, in the order of the log. */
  readonly incidents: readonly Incident[];
  /** Incidents of earlier runs. */
  readonly earlier: number;
  /** Incidents of the same run beyond the limit. */
  readonly omitted: number;
  readonly lines: number;
  readonly pool: PoolUsage | undefined;
}

interface Run {
  readonly incidents: Incident[];
  omitted: number;
  /** The hypervisor was started in it. */
  enabled: boolean;
  cellStarted: boolean;
  pool: PoolUsage | undefined;
  last: { readonly at: Silence['at'] | undefined; readonly line: MatchedLine } | undefined;
}

/** Reads a log of any length piece by piece; keeps what the latest run of the hypervisor has to say. */
export class LogReader {
  private readonly splitter = new LineSplitter((line) => this.line(line));
  private readonly crashes = new CrashReports((crash) => {
    // Others print "FATAL: ..." too: without a parked CPU or an exception it is none of the hypervisor's.
    if (crash.reason === undefined || crash.cpu !== undefined || crash.exceptionClass !== undefined) this.crash(crash);
  });
  private run = newRun();
  private kept: Run | undefined;
  private earlier = 0;
  private pythonOperation: Operation | undefined;

  push(text: string): void {
    this.splitter.push(text);
  }

  end(): ReadLog {
    this.splitter.end();
    this.finishRun();
    const run = this.kept;
    const incidents = run === undefined ? [] : joinFailures(run.incidents);
    return {
      incidents,
      earlier: this.earlier,
      omitted: run?.omitted ?? 0,
      lines: this.splitter.lines,
      pool: run?.pool,
    };
  }

  private line({ number, text }: LogLine): void {
    if (!mayMatter.test(text) && !this.crashes.isOpen) return;
    const clean = cleanLine(text);
    const line: MatchedLine = { line: number, text: clean.slice(0, maxShownLine) };
    if (this.boundary(clean)) return;
    if (this.crashes.take(line)) return;
    this.failure(line) || this.message(line) || this.advance(line);
  }

  /** A new run begins with the hypervisor's first line, or with a boot of the board; a Linux cell boots, too, and ends nothing. */
  private boundary(text: string): boolean {
    if (started.test(text)) {
      if (this.run.enabled) this.finishRun();
      this.run.enabled = true;
      return true;
    }
    if (kernelBoot.test(text) && !this.run.cellStarted) {
      if (this.run.enabled || this.run.incidents.length > 0) this.finishRun();
      return true;
    }
    return false;
  }

  private finishRun(): void {
    this.crashes.close();
    const { run } = this;
    const { last } = run;
    if (run.incidents.length === 0 && last?.at !== undefined) this.add({ kind: 'silence', matched: [last.line], at: last.at });
    if (run.incidents.length > 0) {
      this.earlier += this.kept?.incidents.length ?? 0;
      this.kept = run;
    }
    this.run = newRun();
  }

  private failure(line: MatchedLine): boolean {
    const tool = toolError.exec(line.text);
    if (tool !== null) {
      this.add(newFailure(line, operationIn(tool[1]?.replace('_', ' ') ?? ''), tool[2] ?? ''));
      return true;
    }
    const call = pythonCall.exec(line.text)?.[1];
    if (call !== undefined) {
      this.pythonOperation = operationIn(call.replace('_', ' '));
      return true;
    }
    if (pythonError.test(line.text)) {
      this.add(newFailure(line, this.pythonOperation ?? 'linux', line.text));
      this.pythonOperation = undefined;
      return true;
    }
    return false;
  }

  private message(line: MatchedLine): boolean {
    for (const kind of messages) {
      if (!line.text.includes(kind.needs)) continue;
      const match = kind.shape.exec(line.text);
      if (match === null) continue;
      this.notice({ kind: 'notice', matched: [line], detail: { message: kind, values: match.slice(1).map((value) => value ?? ''), line } });
      return true;
    }
    return false;
  }

  /** A cell that is started again and again dies in the same way. */
  private crash(crash: Crash): void {
    const same = this.run.incidents.find((known): known is Crash => known.kind === 'crash' && isSame(known, crash));
    if (same === undefined) this.add(crash);
    else same.times = (same.times ?? 1) + 1;
  }

  /** The same message again adds its line to the first one. */
  private notice(notice: Notice): void {
    const same = this.run.incidents.find(
      (known): known is Notice =>
        known.kind === 'notice' &&
        known.detail.message === notice.detail.message &&
        known.detail.values.every((value, at) => value === notice.detail.values[at]),
    );
    if (same === undefined) this.add(notice);
    else if (same.matched.length < 3) same.matched.push(...notice.matched);
  }

  private advance(line: MatchedLine): boolean {
    const { run } = this;
    const pool = poolUsage.exec(line.text);
    if (pool !== null) {
      const [used = 0, total = 0, remapUsed = 0, remapTotal = 0] = pool.slice(1).map(Number);
      run.pool = { used, total, remapUsed, remapTotal, line };
      return true;
    }
    if (cellStarted.test(line.text)) run.cellStarted = true;
    if (opened.test(line.text)) run.last = undefined;
    const step = progress.find(([, shape]) => shape.test(line.text));
    if (step === undefined) return false;
    run.last = { at: step[0], line };
    return true;
  }

  private add(incident: Incident): void {
    if (this.run.incidents.length < maxIncidents) this.run.incidents.push(incident);
    else this.run.omitted++;
  }
}

function isSame(a: Crash, b: Crash): boolean {
  return (
    a.cell === b.cell &&
    a.cpu === b.cpu &&
    a.exceptionClass === b.exceptionClass &&
    a.programCounter === b.programCounter &&
    a.access?.address === b.access?.address &&
    a.access?.direction === b.access?.direction &&
    a.pci?.bdf === b.pci?.bdf &&
    a.intid === b.intid &&
    a.reason === b.reason &&
    a.hypervisor === b.hypervisor
  );
}

function newRun(): Run {
  return { incidents: [], omitted: 0, enabled: false, cellStarted: false, pool: undefined, last: undefined };
}

function newFailure(line: MatchedLine, operation: Operation | undefined, text: string): Failure {
  return { kind: 'failure', matched: [line], operation, errno: errnoIn(text), details: [] };
}
