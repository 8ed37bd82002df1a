import type { Severity } from '../source/finding.ts';
import type { Revision, WorkspaceSettings } from '../workspace/settings.ts';
import { type PathBase, resolvePath } from './paths.ts';
import { revisions, settingsSection, severityNames } from './settings.ts';

/** The settings of a user, understood. */
export interface UserSettings {
  readonly workspace: WorkspaceSettings;
  /** Where builds go; undefined: beside the config. */
  readonly outputFolder: string | undefined;
  /** One sentence per value that was not understood and is ignored, naming the setting. */
  readonly problems: readonly string[];
}

/**
 * Reads the values of the section `jailhouseCells` as an editor hands them over. A value of the wrong form never takes the
 * others down: it is left out and named in `problems`.
 *
 * @param section The object with the section's values: nested (`{ build: { outputFolder } }`) or flat (`{ 'build.outputFolder' }`).
 * @param knownRules Ids that `rules` may name; undefined: any.
 */
export function readSettings(section: unknown, base: PathBase, knownRules?: ReadonlySet<string>): UserSettings {
  const problems: string[] = [];
  const reader = new SectionReader(section, problems);

  const path = (name: string): string | undefined => {
    const text = reader.string(name);
    return text === undefined || text.trim() === '' ? undefined : absolute(name, text);
  };
  const absolute = (name: string, text: string): string | undefined => {
    const resolved = resolvePath(text, base);
    if (resolved === undefined) reader.complain(name, `"${text}" is relative and no folder is open; write an absolute path`);
    return resolved;
  };

  const headers = path('headers');
  const revision = reader.revision('revision');
  const includePaths: string[] = [];
  for (const text of reader.strings('includePaths')) {
    const resolved = absolute('includePaths', text);
    if (resolved !== undefined) includePaths.push(resolved);
  }

  const defines: Record<string, string> = {};
  for (const [name, value] of reader.entries('defines')) {
    const text = typeof value === 'number' ? String(value) : value;
    if (!/^[A-Za-z_]\w*(\([\w\s,.]*\))?$/.test(name)) reader.complain('defines', `"${name}" is not the name of a macro`);
    else if (typeof text !== 'string') reader.complain('defines', `the value of ${name} must be a string, such as "1"`);
    else defines[name] = text;
  }

  const severity: Record<string, Severity | 'off'> = {};
  for (const [rule, level] of reader.entries('rules')) {
    if (knownRules !== undefined && !knownRules.has(rule)) reader.complain('rules', `there is no rule "${rule}"`);
    else if (!isLevel(level)) reader.complain('rules', `the level of ${rule} must be one of ${severityNames.join(', ')}`);
    else severity[rule] = level;
  }

  return {
    workspace: {
      ...(headers === undefined ? {} : { headers }),
      ...(revision === undefined ? {} : { revision }),
      includePaths,
      defines,
      forcedIncludes: [],
      severity,
    },
    outputFolder: path('build.outputFolder'),
    problems,
  };
}

function isLevel(value: unknown): value is Severity | 'off' {
  return severityNames.some((name) => name === value);
}

/** Looks values up by their dotted names and complains about those of the wrong form. */
class SectionReader {
  constructor(
    private readonly section: unknown,
    private readonly problems: string[],
  ) {}

  complain(name: string, problem: string): void {
    this.problems.push(`Setting ${settingsSection}.${name} is ignored in part: ${problem}.`);
  }

  /** Undefined when not set; null means not set too. */
  private value(name: string): unknown {
    let at: unknown = this.section;
    if (isRecord(at) && Object.hasOwn(at, name)) return at[name] ?? undefined;
    for (const key of name.split('.')) at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    return at ?? undefined;
  }

  string(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return value;
    this.complain(name, 'it must be a string');
    return undefined;
  }

  revision(name: string): Revision | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const known = revisions.find((revision) => revision === value);
    if (known === undefined) this.complain(name, `built-in headers exist for the revisions ${revisions.join(', ')}`);
    return known;
  }

  strings(name: string): readonly string[] {
    const value = this.value(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.complain(name, 'it must be a list of strings');
      return [];
    }
    const strings: string[] = [];
    for (const item of value as readonly unknown[]) {
      if (typeof item === 'string' && item.trim() !== '') strings.push(item);
      else this.complain(name, 'each entry must be a string that is not empty');
    }
    return strings;
  }

  entries(name: string): readonly (readonly [string, unknown])[] {
    const value = this.value(name);
    if (value === undefined) return [];
    if (isRecord(value)) return Object.entries(value);
    this.complain(name, 'it must be an object');
    return [];
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
