import type { Finding, RelatedPlace } from '../source/finding.ts';
import { clipped } from '../source/message-length.ts';
import { nearestName } from '../source/nearest-name.ts';
import { baseName } from '../source/paths.ts';
import type { Span } from '../source/span.ts';
import type { TreeProperty } from './model.ts';

/** Nobody reads more of one overlay. */
const MOST = 50;

/** One cell that stands for a label of the base. */
export interface FixupPlace {
  readonly at: TreeProperty;
  readonly offset: number;
}

/** What keeps an overlay from being applied. Whoever applies overlays at boot refuses the whole overlay on the first of them. */
export class OverlayProblems {
  readonly findings: Finding[] = [];
  private readonly base: string;

  constructor(basePath: string) {
    this.base = baseName(basePath);
  }

  /** `what` is one sentence or two without the last full stop: what is wrong, and the remedy. */
  add(what: string, span: Span, related: readonly RelatedPlace[] = []): void {
    if (this.findings.length >= MOST) return;
    this.findings.push({ rule: 'overlay-target', severity: 'error', message: clipped(`${what}.`), span, related, fixes: [] });
  }

  /** A label that leads to no phandle of the base. `path`: what the base's symbol says; `there`: a node is at that path. */
  addSymbol(
    label: TreeProperty,
    places: readonly FixupPlace[],
    symbols: readonly string[] | undefined,
    path: string | undefined,
    there: boolean,
  ): void {
    const name = `"${label.name}"`;
    const [first, ...others] = places.map(({ at, offset }) => spanOfPlace(at, offset));
    const refused = 'the overlay is refused as a whole at boot';
    let what: string;
    if (symbols === undefined)
      what = `${this.base} has no symbols (no /__symbols__ node), so that ${name} means nothing there: ${refused}. Compile the base with dtc -@`;
    else if (path === undefined) what = `${this.base} has no symbol ${name}: ${refused}. ${remedyFor(label.name, symbols)}`;
    else if (!there)
      what = `The symbol ${name} of ${this.base} leads to ${path}, where no node is: ${refused}. Compile the base again with dtc -@`;
    else what = `The node ${path} of ${this.base}, ${name}, has no phandle: ${refused}. Compile the base again with dtc -@`;
    const related = others.slice(0, 5).map((span) => ({ span, message: `also refers to ${name}` }));
    this.add(what, first ?? label.valueSpan, related);
  }

  missingPath(path: string, span: Span): void {
    const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
    this.add(
      `${this.base} has no node at ${shown}: the overlay is refused as a whole at boot. Name a node of the base, by its whole path or by an alias`,
      span,
    );
  }
}

/** Where the author wrote the cell at this offset; the whole value where that is not known. */
function spanOfPlace(at: TreeProperty, offset: number): Span {
  return at.parts.find((part) => offset >= part.offset && offset < part.offset + part.size)?.span ?? at.valueSpan;
}

function remedyFor(label: string, symbols: readonly string[]): string {
  const near = label.length > 80 ? undefined : nearestName(label, symbols);
  return near === undefined
    ? 'Refer to a label that the base has, or to a path with target-path'
    : `Refer to "${near}" if that is meant, or to a path with target-path`;
}
