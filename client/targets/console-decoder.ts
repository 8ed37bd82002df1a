/** A part of the console's text, and what it is. */
export type ConsolePart =
  | { readonly kind: 'text'; readonly text: string }
  /** The lines before it tell of a fault: what they mean is to be said here. */
  | { readonly kind: 'incident'; readonly incident: Incident };

/** Lines that belong together: the report of a crash, or one line that says that something failed. */
export interface Incident {
  readonly lines: readonly string[];
  /** Name of the cell, as the parking line gives it. */
  readonly cell: string | undefined;
}

/** An address in a line of the console. */
export interface ConsoleAddress {
  /** Where it stands in the line. */
  readonly at: number;
  readonly length: number;
  readonly address: bigint;
}

/** Reports begin so (arm64/traps.c, arm-common/mmio.c, x86/vcpu.c of the hypervisor). */
const reportBegins = /Unhandled (?:data (?:read|write)|HYP |SMC arch trap)|FATAL: |Attempt to route IRQ/;
const reportEnds = /(?:Parking|Stopping) CPU \d+ \(Cell: "(.*)"\)/;
/** The longest report has about 20 lines, 40 with the stack of EL2. */
const longestReport = 60;
/** What is worth asking about on its own. */
const message =
  /returning error -?\w|CPU \d+\.\.\. .*FAILED|No redist found|Timeout expired while waiting|\bWARNING: |\bWarning: SMMU|\bERROR: |fault event reported|JAILHOUSE_[A-Z_]+: |ailed to /;
/** Characters of a line that are looked at: the hypervisor's longest message has about 120. */
const longestLine = 2000;

const addresses: readonly RegExp[] = [
  /Unhandled data (?:read|write) at (0x[0-9a-f]{1,16})\b/d,
  /Invalid MMIO (?:read|write), address: ([0-9a-f]{1,16})\b/d,
  /instruction abort at (0x[0-9a-f]{1,16})\b/d,
  /Invalid MMIO\/RAM (?:read|write), addr: (0x[0-9a-f]{1,16})\b/d,
  /\bpc: ([0-9a-f]{16})\b/d,
  /\blr: ([0-9a-f]{16})\b/d,
];

/** The addresses of a line that belongs to a report. */
export function addressesIn(line: string): readonly ConsoleAddress[] {
  const shown = line.slice(0, longestLine);
  return addresses.flatMap((pattern) => {
    const match = pattern.exec(shown);
    const [at = 0, end = 0] = match?.indices?.[1] ?? [];
    const digits = match?.[1];
    return digits === undefined ? [] : [{ at, length: end - at, address: BigInt(`0x${digits.replace(/^0x/, '')}`) }];
  });
}

/** Finds the lines in a stream of console text that tell of faults. */
export class ConsoleDecoder {
  private line = '';
  private report: string[] | undefined;

  /** A report whose last line has not come yet. */
  get isOpen(): boolean {
    return this.report !== undefined;
  }

  push(text: string): readonly ConsolePart[] {
    const parts: ConsolePart[] = [];
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.line = (this.line + text.slice(from, end)).slice(0, longestLine);
      const incidents = this.take(this.line.trimEnd());
      this.line = '';
      parts.push(
        { kind: 'text', text: text.slice(from, end + 1) },
        ...incidents.map((incident) => ({ kind: 'incident' as const, incident })),
      );
      from = end + 1;
    }
    if (from < text.length) {
      if (this.line.length < longestLine) this.line += text.slice(from, from + longestLine);
      parts.push({ kind: 'text', text: text.slice(from) });
    }
    return joined(parts);
  }

  /** Nothing came for a while, or another run begins: a report without its last line is over. */
  flush(): readonly ConsolePart[] {
    const { report } = this;
    this.report = undefined;
    return report === undefined ? [] : [{ kind: 'incident', incident: { lines: report, cell: undefined } }];
  }

  private take(line: string): readonly Incident[] {
    const end = reportEnds.exec(line);
    const { report } = this;
    if (end !== null) {
      this.report = undefined;
      return [{ lines: [...(report ?? []), line], cell: end[1] }];
    }
    if (report !== undefined) {
      report.push(line);
      if (report.length < longestReport) return [];
      this.report = undefined;
      return [{ lines: report, cell: undefined }];
    }
    if (reportBegins.test(line)) {
      this.report = [line];
      return [];
    }
    return message.test(line) ? [{ lines: [line], cell: undefined }] : [];
  }
}

function joined(parts: readonly ConsolePart[]): readonly ConsolePart[] {
  const all: ConsolePart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (part.kind === 'text' && last?.kind === 'text') all[all.length - 1] = { kind: 'text', text: last.text + part.text };
    else all.push(part);
  }
  return all;
}
