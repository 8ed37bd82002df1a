import type { Cause, Explanation } from '@jailhouse-cells/core/explain/explanation.ts';
import { type JsonPlace, jsonPlace } from '../findings/json.ts';
import type { PlaceSource } from '../findings/place.ts';
import { rulePage } from '../findings/rule-page.ts';

interface JsonCause {
  readonly title: string;
  readonly text: string;
  readonly confidence: Cause['confidence'];
  readonly rule: string | null;
  readonly help: string | null;
  readonly places: readonly (JsonPlace & { readonly message: string })[];
}

interface JsonExplanation {
  readonly summary: string;
  readonly operation: string | null;
  readonly errno: string | null;
  readonly cell: string | null;
  readonly times: number;
  readonly matched: Explanation['matched'];
  readonly causes: readonly JsonCause[];
}

/** `explain --errno` and `--log` for programs; places as in the findings of `check`. */
export function jsonExplanation(explanation: Explanation, source: PlaceSource): JsonExplanation {
  return {
    summary: explanation.summary,
    operation: explanation.operation ?? null,
    errno: explanation.errno ?? null,
    cell: explanation.cell ?? null,
    times: explanation.times ?? 1,
    matched: explanation.matched,
    causes: explanation.causes.map((cause) => ({
      title: cause.title,
      text: cause.text,
      confidence: cause.confidence,
      rule: cause.rule ?? null,
      help: cause.rule === undefined ? null : rulePage(cause.rule),
      places: cause.places.map((place) => ({ ...jsonPlace(source, place.span), message: place.message })),
    })),
  };
}
