import type { FileSystem } from '../source/file-system.ts';
import type { LineIndex } from '../source/span.ts';
import type { FileReport } from './report.ts';
import { defaultSettings, type WorkspaceSettings } from './settings.ts';

/** Answers every door: discovery, checks, builds; memoised with recorded dependencies, open texts laid over files. */
export class Workspace {
  constructor(
    readonly fs: FileSystem,
    readonly settings: WorkspaceSettings = defaultSettings,
  ) {}

  /** Replaces the settings; only what depended on a changed one is computed again. */
  configure(_settings: WorkspaceSettings): void {
    throw new Error('not written yet');
  }

  /** Lays an editor's text over the file; again on every edit. */
  open(_path: string, _text: string): void {
    throw new Error('not written yet');
  }

  /** Takes the editor's text away: the file counts again. */
  close(_path: string): void {
    throw new Error('not written yet');
  }

  /** Says that files or folders changed, appeared or vanished on disk. */
  invalidate(_paths: readonly string[]): void {
    throw new Error('not written yet');
  }

  /** True for a C file that defines a Jailhouse config, a `.cell` file, or a `.c` that includes such a file. */
  isConfig(_path: string): boolean {
    throw new Error('not written yet');
  }

  /** The configs that a path names: itself, those under a folder, or those of a `jailhouse.json`; sorted. */
  configsIn(_path: string): readonly string[] {
    throw new Error('not written yet');
  }

  /** Reads and checks one config, against its system where one is known. */
  check(_path: string): FileReport {
    throw new Error('not written yet');
  }

  /** The text that spans of this path refer to: open text, file, or built-in header; undefined for a binary. */
  text(_path: string): LineIndex | undefined {
    throw new Error('not written yet');
  }

  /** Goes up by one whenever an answer was computed rather than remembered: for tests of what an edit costs. */
  get computations(): number {
    throw new Error('not written yet');
  }
}
