import { type OptionSpec, parseArguments } from '@jailhouse-cells/cli/arguments.ts';
import { describe, expect, test } from 'vitest';

const specs: readonly OptionSpec[] = [
  { name: '--format', value: 'FORMAT', choices: ['text', 'json'], text: '' },
  { name: '--out', alias: '-o', value: 'DIR', text: '' },
  { name: '--all', text: '' },
  { name: '-I', value: 'DIR', repeats: true, text: '' },
  { name: '-D', value: 'NAME', repeats: true, text: '' },
];

function parse(...argv: string[]) {
  const parsed = parseArguments(argv, specs);
  return parsed.ok ? parsed.arguments : parsed.message;
}

describe('options and operands', () => {
  test('a value stands behind its option, behind "=", or attached to a short one', () => {
    for (const argv of [
      ['--out', 'a b', '-Ix', '-I', 'y', '-DA=1=2', 'p'],
      ['p', '--out=a b', '-I', 'x', '-Iy', '-D', 'A=1=2'],
    ]) {
      const parsed = parse(...argv);
      if (typeof parsed === 'string') throw new Error(parsed);
      expect(parsed.value('--out')).toBe('a b');
      expect(parsed.values('-I')).toEqual(['x', 'y']);
      expect(parsed.value('-D')).toBe('A=1=2');
      expect(parsed.operands).toEqual(['p']);
      expect(parsed.has('--all')).toBe(false);
    }
  });

  test('an alias is the option, the last value counts', () => {
    const parsed = parse('-o', 'a', '--out', 'b', '--all');
    if (typeof parsed === 'string') throw new Error(parsed);
    expect(parsed.value('--out')).toBe('b');
    expect(parsed.has('--all')).toBe(true);
  });

  test('behind -- everything is a path', () => {
    const parsed = parse('--', '--all', '-x');
    if (typeof parsed === 'string') throw new Error(parsed);
    expect(parsed.operands).toEqual(['--all', '-x']);
  });
});

describe('mistakes name the culprit and the remedy', () => {
  test.each([
    [['--fromat', 'json'], 'there is no option "--fromat"; did you mean --format. A path that starts with "-" goes behind "--".'],
    [['-x'], 'there is no option "-x"'],
    [['--format', 'xml'], '--format cannot be "xml"; it is one of text, json.'],
    [['--out'], '--out needs a value: --out DIR.'],
    [['--all=yes'], '--all takes no value.'],
    [['--fo\u001b[2Jrmat'], 'there is no option "--fo\\x1b[2Jrmat"'],
  ])('%j', (argv, message) => {
    expect(parse(...argv)).toContain(message);
  });
});
