import { readFileSync } from 'node:fs';
import { contextOf, type ExplainContext } from '@jailhouse-cells/core/explain/context.ts';
import { explainError, explainLog } from '@jailhouse-cells/core/explain/explain.ts';
import type { Cause, Explanation } from '@jailhouse-cells/core/explain/explanation.ts';
import { LogReader } from '@jailhouse-cells/core/explain/log-reader.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { expect } from 'vitest';
import { MemoryFiles } from '../cli/memory-io.ts';

const folder = new URL('../../examples/qemu-arm64/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

export const rootPath = '/w/configs/qemu-arm64.c';
export const cellPath = '/w/configs/qemu-arm64-inmate-demo.c';

/** One edit of a config: the text has to stand in it exactly once. */
export type Edit = readonly [from: string, to: string];

/** The example system with edits, as one workspace. */
export class QemuSystem {
  readonly workspace: Workspace;
  private readonly files: Readonly<Record<string, string>>;

  constructor(edits: { readonly root?: readonly Edit[]; readonly cell?: readonly Edit[] } = {}) {
    this.files = {
      '/w/jailhouse.json': read('jailhouse.json'),
      [rootPath]: edited(read('configs/qemu-arm64.c'), edits.root ?? []),
      [cellPath]: edited(read('configs/qemu-arm64-inmate-demo.c'), edits.cell ?? []),
      '/w/configs/qemu-arm64-linux-demo.c': read('configs/qemu-arm64-linux-demo.c'),
    };
    this.workspace = new Workspace(new MemoryFiles(this.files));
  }

  context(...paths: string[]): ExplainContext {
    return contextOf(this.workspace, paths);
  }

  /** The text of the line that a cause points at first. */
  lineOf(cause: Cause | undefined): string {
    const span = cause?.places[0]?.span;
    if (span === undefined) return '';
    const lines = this.workspace.text(span.file);
    return lines?.lineText(lines.positionAt(span.start).line).trim() ?? '';
  }
}

function edited(text: string, edits: readonly Edit[]): string {
  for (const [from, to] of edits) {
    expect(text.split(from), `"${from}" has to stand in the config once`).toHaveLength(2);
    text = text.replace(from, () => to);
  }
  return text;
}

export function logOf(text: string, context: ExplainContext): readonly Explanation[] {
  const reader = new LogReader();
  reader.push(text);
  return explainLog(reader.end(), context).explanations;
}

export function errorOf(text: string, context: ExplainContext): readonly Explanation[] {
  return explainError(text, context) ?? [];
}
