import { LineIndex } from './span.ts';

/** The text of one document at one moment. A changed text is a new object: identity is the version. */
export class SourceFile {
  private index: LineIndex | undefined;

  constructor(
    readonly path: string,
    readonly text: string,
  ) {}

  get lines(): LineIndex {
    this.index ??= new LineIndex(this.text);
    return this.index;
  }
}
