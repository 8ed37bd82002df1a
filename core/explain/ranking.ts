import { findRule } from '../rules/index.ts';
import type { Finding } from '../source/finding.ts';
import type { Span } from '../source/span.ts';
import { type ContextFinding, configsOf, type ExplainContext, findingsOf } from './context.ts';
import type { Cause, Confidence } from './explanation.ts';
import type { GeneralCause } from './message-kind.ts';
import type { Operation } from './operation.ts';
import { placesOf } from './pointing.ts';

/** Causes handed out for one event: nobody tries more. */
const maxCauses = 8;
/** Findings without a known tie to the event, told at the end. */
const maxUnrelated = 3;

const order: Readonly<Record<Confidence, number>> = { certain: 0, likely: 1, possible: 2 };

/** What is found about one event, by where it comes from. */
export interface Evidence {
  readonly context: ExplainContext;
  readonly operation?: Operation | undefined;
  /** Rules that a message of the log points at: an error of theirs settles the question. */
  readonly tellingRules?: readonly string[];
  /** Rules that lead to such an event in general. */
  readonly possibleRules?: readonly string[];
  /** Further rules, told by their pages. */
  readonly alsoRule?: (rule: string) => boolean;
  /** What the numbers in the configs say. Before findings of the same confidence when it comes of an address that was seen. */
  readonly model?: readonly Cause[];
  readonly modelFirst?: boolean;
  readonly general?: readonly Cause[];
}

/** Causes, best first: by confidence, then findings and model before what is known in general. */
export function rank(evidence: Evidence): readonly Cause[] {
  const { context, tellingRules = [], possibleRules = [] } = evidence;
  const model = [...(evidence.model ?? [])];
  const found: { readonly cause: Cause; readonly place: number }[] = [];
  const unrelated: Cause[] = [];
  for (const entry of findingsOf(context)) {
    const { finding } = entry;
    const telling = tellingRules.indexOf(finding.rule);
    const possible = possibleRules.indexOf(finding.rule);
    const listed = telling >= 0 || possible >= 0 || evidence.alsoRule?.(finding.rule) === true;
    const spans = [finding.span, ...finding.related.map((related) => related.span)];
    const same = model.findIndex(
      (cause) => cause.rule === finding.rule || (listed && cause.places.some((place) => spans.some((span) => equal(span, place.span)))),
    );
    const known = model[same];
    if (known !== undefined) {
      model[same] = merged(known, finding);
      continue;
    }
    if (listed && isOf(entry, evidence)) {
      const place = telling >= 0 ? telling : 1000 + (possible >= 0 ? possible : 999);
      const cause = findingCause(entry, telling >= 0);
      // A message that names the fault leaves the others behind.
      const beside = telling < 0 && tellingRules.length > 0;
      found.push({ cause: beside ? { ...cause, confidence: 'possible' } : cause, place });
    } else if (finding.severity === 'error' && entry.named) unrelated.push(alsoWrong(entry));
  }
  found.sort((a, b) => a.place - b.place);
  const findings = found.map((entry) => entry.cause);
  const general = evidence.general ?? [];
  const sorted = [...(evidence.modelFirst === true ? [...model, ...findings] : [...findings, ...model]), ...general].sort(
    (a, b) => order[a.confidence] - order[b.confidence],
  );
  const kept = sorted.slice(0, maxCauses);
  return [...kept, ...oneOfEachRule(unrelated).slice(0, maxUnrelated)];
}

/** Enable sees the system config only; the later operations fail by their cell, or by what the system leaves them. */
function isOf({ finding }: ContextFinding, { context, operation }: Evidence): boolean {
  if (operation === undefined) return true;
  const owner = configsOf(context).find((config) => config.path === finding.span.file);
  if (owner === undefined) return true;
  if (operation === 'enable') return owner.system !== undefined;
  return owner.system === undefined || finding.rule.startsWith('hypervisor-memory') || finding.rule.startsWith('cells-');
}

/** The address and a rule show the same: the rule's sentence completes what the address alone left open. */
function merged(cause: Cause, finding: Finding): Cause {
  const places = [{ span: finding.span, message: '' }, ...finding.related].filter(
    (place) => !cause.places.some((known) => equal(known.span, place.span)),
  );
  return {
    ...cause,
    rule: cause.rule ?? finding.rule,
    text: cause.confidence === 'certain' ? cause.text : `${cause.text} ${finding.message}`,
    confidence: finding.severity === 'error' ? 'certain' : cause.confidence,
    places: [...cause.places, ...places],
  };
}

/** An error of the configs without a known tie to the event: not to be kept from the user. */
function alsoWrong(entry: ContextFinding): Cause {
  const cause = findingCause(entry, false);
  return { ...cause, title: `Also wrong in these configs: ${cause.title}`, confidence: 'possible' };
}

function findingCause({ finding, named }: ContextFinding, telling: boolean): Cause {
  const isError = finding.severity === 'error';
  return {
    title: findRule(finding.rule)?.title ?? finding.rule,
    text: finding.message,
    confidence: isError ? (telling ? 'certain' : 'likely') : telling && named ? 'likely' : 'possible',
    places: [{ span: finding.span, message: '' }, ...finding.related],
    rule: finding.rule,
  };
}

function oneOfEachRule(causes: readonly Cause[]): readonly Cause[] {
  return causes.filter((cause, at) => causes.findIndex((other) => other.rule === cause.rule) === at);
}

/** A cause that is known in general, with the places of the configs that it speaks of. */
export function generalCause(cause: GeneralCause, context: ExplainContext, values: readonly string[] = [], operation?: Operation): Cause {
  return {
    title: fill(cause.title, values),
    text: fill(cause.text, values),
    confidence: cause.confidence ?? 'possible',
    places: cause.points === undefined ? [] : placesOf(cause.points, context, operation),
  };
}

/** Leaves out what rules would have found in the configs at hand. */
export function openQuestions(causes: readonly GeneralCause[], context: ExplainContext): readonly GeneralCause[] {
  const readable = context.named.length > 0 && context.named.every((report) => report.config !== undefined && report.current);
  return readable ? causes.filter((cause) => cause.checked !== true) : causes;
}

/** Puts the groups of a pattern in the place of `$1`, `$2`. */
export function fill(text: string, values: readonly string[]): string {
  return text.replace(/\$(\d)/g, (_, digit: string) => (values[Number(digit) - 1] ?? '').slice(0, 200));
}

function equal(a: Span, b: Span): boolean {
  return a.file === b.file && a.start === b.start && a.end === b.end;
}
