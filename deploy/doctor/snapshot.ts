import type { BoardFacts } from './board-facts.ts';

/** The facts of a board as docs/board-snapshot.md describes the file. */
export function snapshotText(facts: BoardFacts, tool: string, date: Date): string {
  const { model, kernel, deviceTree, iomem, cpuinfo, commandLine, configTxt, firmwareIntegers, firmwareStrings } = facts;
  const snapshot = {
    format: 'jailhouse-cells-board',
    version: 1,
    tool,
    date: date.toISOString().replace(/\.\d+Z$/, 'Z'),
    model,
    kernel,
    deviceTree: deviceTree && { base64: Buffer.from(deviceTree).toString('base64') },
    iomem,
    cpuinfo,
    cmdline: commandLine,
    configTxt: configTxt?.text,
    firmwareIntegers,
    firmwareStrings,
  };
  return `${JSON.stringify(snapshot, undefined, 2)}\n`;
}

/** One fact that is not what it was when the snapshot was taken. */
export interface Drift {
  /** As the file names it: `kernel`, `configTxt`. */
  readonly fact: string;
  readonly before: string;
  readonly now: string;
}

/** What changed on a board since an earlier snapshot of it. A fact that one of the two does not have is no drift. Undefined: no snapshot. */
export function driftSince(earlier: string, now: string): readonly Drift[] | undefined {
  const [before, after] = [earlier, now].map(readObject);
  if (before === undefined || after === undefined) return undefined;
  return Object.keys(after)
    .filter((fact) => !['format', 'version', 'tool', 'date'].includes(fact) && fact in before)
    .map((fact) => ({ fact, before: textOf(before[fact]), now: textOf(after[fact]) }))
    .filter((drift) => comparable(drift.fact, drift.before) !== comparable(drift.fact, drift.now));
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && 'format' in json && json.format === 'jailhouse-cells-board'
      ? { ...json }
      : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What an enabled hypervisor adds to /proc/iomem, and clock speeds in /proc/cpuinfo, are no drift. */
function comparable(fact: string, text: string): string {
  if (fact === 'iomem')
    return text
      .split('\n')
      .filter((line) => !/Jailhouse hypervisor|PCI ECAM|pci@\w+|0001:/.test(line))
      .join('\n');
  if (fact === 'cpuinfo')
    return text
      .split('\n')
      .filter((line) => !/^(?:BogoMIPS|cpu MHz)/i.test(line))
      .join('\n');
  return text.trimEnd();
}
