import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refused, type Snippet, silent, warned } from './faulty-snippets.ts';
import { readSource } from './read-source.ts';
import { type Compiled, Toolchain } from './toolchain.ts';

let toolchain: Toolchain;
const compiled = new Map<Snippet, Compiled>();

beforeAll(async () => {
  toolchain = new Toolchain();
  const snippets = [...refused, ...warned, ...silent];
  const results = await toolchain.compile(
    'arm64',
    snippets.map((snippet) => snippet.source),
    ['-I', toolchain.headers(14)],
  );
  snippets.forEach((snippet, index) => {
    compiled.set(snippet, results[index] as Compiled);
  });
});
afterAll(() => toolchain.close());

interface Said {
  readonly lines: readonly number[];
  readonly text: string;
}

/** What we say about C itself, from warnings up; rules about Jailhouse have their own tests. */
function ours(snippet: Snippet, severities: readonly string[]): Said {
  const read = readSource(snippet.source, 'arm64');
  const findings = read.findings.filter((finding) => finding.rule.startsWith('c-') && severities.includes(finding.severity));
  return {
    lines: findings.flatMap((finding) => read.lineOf(finding) ?? []),
    text: findings
      .map((finding) => `${(read.lineOf(finding) ?? -1) + 1} ${finding.severity} ${finding.rule}: ${finding.message}`)
      .join('\n'),
  };
}

function gccSaid(gcc: Compiled): string {
  return gcc.messages.map((message) => `${message.line + 1} ${message.severity}: ${message.text}`).join('\n');
}

describe('what gcc refuses is an error on the same line', () => {
  test.each(refused)('$name', (snippet) => {
    const gcc = compiled.get(snippet) as Compiled;
    const errors = gcc.messages.filter((message) => message.severity === 'error');
    // The first error is the fault; later ones may follow from it. One inside a macro is placed at its use, too.
    const [first] = errors;
    const lines = snippet.ours === 'later' ? errors.map(({ line }) => line) : [first?.line ?? -1, ...(first?.uses ?? [])];
    const expected = snippet.ours === 'before' ? lines.map((line) => line - 1) : lines;
    expect(gcc.bytes, 'gcc takes this snippet: it belongs elsewhere').toBeUndefined();
    const said = ours(snippet, ['error']);
    const found = said.lines.some((line) => expected.includes(line));
    expect(found, `gcc:\n${gccSaid(gcc)}\nours:\n${said.text}`).toBe(true);
  });
});

describe('what gcc warns of is at least a warning on the same line', () => {
  test.each(warned)('$name', (snippet) => {
    const gcc = compiled.get(snippet) as Compiled;
    const [first] = gcc.messages;
    expect(gcc.bytes, `gcc refuses this snippet: it belongs elsewhere\n${gccSaid(gcc)}`).toBeDefined();
    expect(first?.severity, 'gcc says nothing: it belongs elsewhere').toBe('warning');
    const said = ours(snippet, ['warning', 'error']);
    expect(said.lines, `gcc:\n${gccSaid(gcc)}\nours:\n${said.text}`).toContain(first?.line);
  });
});

describe('where gcc says nothing, neither do we', () => {
  test.each(silent)('$name', (snippet) => {
    const gcc = compiled.get(snippet) as Compiled;
    expect(gccSaid(gcc)).toBe('');
    expect(ours(snippet, ['warning', 'error']).text).toBe('');
  });
});
