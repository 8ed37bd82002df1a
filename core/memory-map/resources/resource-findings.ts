import { bdfName } from '../../config/ivshmem.ts';
import type { Finding } from '../../source/finding.ts';
import type { Span } from '../../source/span.ts';
import type { InterruptRow, Resources } from './model.ts';
import { cpuRules, functionRules, interruptRules, irqchipRules, linkRules } from './resource-rules.ts';

interface Row {
  readonly claims?: readonly { readonly span: Span }[];
  readonly places: readonly Span[];
}

/**
 * The findings by the rows that they are about. The numbers that a message names decide: a CPU set is one word of text for many CPUs. Where it names
 * none, the places do.
 */
export function findingsByRow(resources: Resources, findings: readonly Finding[]): ReadonlyMap<object, readonly Finding[]> {
  const found = new Map<object, Finding[]>();
  const tell = (row: object, finding: Finding): void => {
    const list = found.get(row);
    if (list === undefined) found.set(row, [finding]);
    else list.push(finding);
  };
  for (const finding of findings) {
    if (cpuRules.has(finding.rule)) {
      const named = numbersIn(finding.message, 'CPU');
      for (const row of resources.cpus) if (named?.has(row.cpu) ?? isAbout(row, finding)) tell(row, finding);
    }
    if (interruptRules.has(finding.rule)) {
      const named = irqchipRules.has(finding.rule) ? undefined : numbersIn(finding.message, 'INTID');
      for (const row of resources.interrupts) {
        const isNamed = named?.has(row.intid) ?? (isAbout(row, finding) && !isOfOtherDevice(row, finding.message));
        if (isNamed || (row.claims.length > 1 && sharesUnnamed(row, finding))) tell(row, finding);
      }
    }
    if (functionRules.has(finding.rule)) tellByBdf(resources.functions, finding, tell);
    if (linkRules.has(finding.rule)) tellByBdf(resources.links, finding, tell);
  }
  return found;
}

/** Domains are not named: of functions that are alike but for them, those meant whose text it is. */
function tellByBdf(
  rows: readonly (Row & { readonly bdf: number })[],
  finding: Finding,
  tell: (row: object, finding: Finding) => void,
): void {
  const named = bdfsIn(finding.message);
  const told = new Set<number>();
  for (const row of rows) {
    if (!isAbout(row, finding) || (named.size > 0 && !named.has(bdfName(row.bdf)))) continue;
    told.add(row.bdf);
    tell(row, finding);
  }
  for (const row of rows) if (!told.has(row.bdf) && named.has(bdfName(row.bdf))) tell(row, finding);
}

function bdfsIn(message: string): ReadonlySet<string> {
  return new Set(message.match(/\b[0-9a-f]{2}:[01][0-9a-f]\.[0-7]\b/g));
}

/** One `vpci_irq_base` is the place of all virtual devices: where the message names one, only its line is meant. */
function isOfOtherDevice({ virtual }: InterruptRow, message: string): boolean {
  const named = [...bdfsIn(message)];
  return virtual.length > 0 && named.length > 0 && !named.some((bdf) => virtual.some((device) => device.startsWith(`ivshmem ${bdf} `)));
}

/** `CPU 2`, `CPUs 0, 2-3`, `INTID 32-159`: the first such list, for what follows is said of others. Undefined where there is none. */
function numbersIn(message: string, word: 'CPU' | 'INTID'): NumberList | undefined {
  const list = new RegExp(`\\b${word}s? (\\d{1,9}(?:-\\d{1,9})?(?:, \\d{1,9}(?:-\\d{1,9})?)*)`).exec(message)?.[1];
  if (list === undefined) return undefined;
  return new NumberList(
    list.split(', ').map((run) => {
      const [first, last] = run.split('-');
      return { first: Number(first), last: Number(last ?? first) };
    }),
  );
}

class NumberList {
  constructor(private readonly runs: readonly { readonly first: number; readonly last: number }[]) {}

  has(number: number): boolean {
    return this.runs.some(({ first, last }) => first <= number && number <= last);
  }
}

/** Its own place, or that of another culprit, lies in a text of the row. */
function isAbout(row: Row, { span, related }: Finding): boolean {
  return [span, ...related.map((place) => place.span)].some((place) => liesInRow(row, place));
}

/** `and more` interrupts that two cells list: those that both entries have. */
function sharesUnnamed(row: Row, { rule, message, span, related }: Finding): boolean {
  if (rule !== 'cells-share-interrupts' || !message.includes(' and more')) return false;
  return [span, ...related.map((place) => place.span)].every((place) => liesInRow(row, place));
}

function liesInRow({ claims, places }: Row, place: Span): boolean {
  const around = ({ file, start, end }: Span): boolean => file === place.file && start <= place.start && place.end <= end;
  return places.some(around) || (claims?.some(({ span }) => around(span)) ?? false);
}
