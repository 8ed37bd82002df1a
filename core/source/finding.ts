import type { Span } from './span.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** One thing to tell the author: from the C front end, or from a rule. */
export interface Finding {
  /** Stable kebab-case id; the rule's page is `docs/rules/<rule>.md`. */
  readonly rule: string;
  readonly severity: Severity;
  /** One or two sentences: what is wrong with the numbers in hex and human size, what the board would do, what to do. */
  readonly message: string;
  readonly span: Span;
  /** The other culprits, most important first. */
  readonly related: readonly RelatedPlace[];
  readonly fixes: readonly Fix[];
}

export interface RelatedPlace {
  readonly span: Span;
  readonly message: string;
}

/** An edit that mends the finding and makes no other error. */
export interface Fix {
  readonly title: string;
  /** Set where only the author can say whether it is what was meant (one of several ways, a guessed name): `check --fix` leaves it out. */
  readonly needsChoice?: boolean;
  readonly edits: readonly TextEdit[];
  /** Files that it makes, with their whole text; none of them exists. Such a fix always needs a choice. */
  readonly newFiles?: readonly { readonly path: string; readonly text: string }[];
}

export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}
