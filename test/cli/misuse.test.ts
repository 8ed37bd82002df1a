import { commands, run } from '@jailhouse-cells/cli/run.ts';
import { rules } from '@jailhouse-cells/core/rules/index.ts';
import { describe, expect, test } from 'vitest';
import { testIo } from './memory-io.ts';

const files = {
  '/work/configs/rpi4.c': '',
  '/work/tree/include/jailhouse/cell-config.h': '',
};

async function call(argv: readonly string[], options: Parameters<typeof testIo>[1] = {}) {
  const io = testIo(files, options);
  const status = await run(argv, io);
  return { status, ...io.printed() };
}

describe('a wrong call ends with status 2, nothing on the output, and the remedy', () => {
  const [rule] = rules;
  test.each([
    [['chekc'], 'there is no command "chekc"; did you mean check?'],
    [['configs'], 'there is no command "configs"; to check that path, write: jailhouse-cells check configs'],
    [['--format', 'json'], `there is no option "--format" before the command (${commands.map(({ name }) => name).join(', ')}).`],
    [['check', '--fromat', 'json'], 'there is no option "--fromat"; did you mean --format.'],
    [['check', '--format', 'xml'], '--format cannot be "xml"; it is one of text, json, sarif, github.'],
    [['check', 'configs/rpi5.c'], '"configs/rpi5.c" does not exist; there is "rpi4.c" in its folder.'],
    [
      ['check', 'nowhere/at/all.c'],
      '"nowhere/at/all.c" does not exist (looked for /work/nowhere/at/all.c). Its folder does not exist either.',
    ],
    [['check', '--headers', 'configs'], '--headers "configs" is no Jailhouse tree: it has no include/jailhouse/cell-config.h'],
    [['check', '--revision', '15'], '--revision cannot be "15"; it is one of 10, 11, 12, 13, 14.'],
    [['check', '--arch', 'mips'], '--arch cannot be "mips"; it is one of arm64, arm, x86.'],
    [['check', '-I', 'nowhere'], '-I "nowhere" is no folder.'],
    [['check', '--include', 'configs'], '--include "configs" is no file.'],
    [['check', '-D', '1A=2'], '-D "1A=2": "1A" is not the name of a macro.'],
    [['check', '--severity', 'x'], '--severity "x": write RULE=LEVEL, with one of error, warning, information, hint, off as the level.'],
    [['check', '--severity', 'no-such-rule-at-all=off'], '--severity: there is no rule "no-such-rule-at-all"'],
    [['check', '--severity', `${rule?.id}x=off`], `did you mean ${rule?.id}?`],
    [['build', 'configs'], 'build needs --out DIR; --out . writes each .cell beside its .c.'],
    [['build', '--out', 'x'], 'build needs the PATH of a config, a folder or a jailhouse.json.'],
    [['show'], 'show needs a FILE: a config (.c, .cell) or a device tree (.dts, .dtb).'],
    [['explain', 'a', 'b'], 'explain takes one RULE at a time.'],
    [['explain', `${rule?.id}x`], `there is no rule "${rule?.id}x"; did you mean ${rule?.id}?`],
  ])('%j', async (argv, message) => {
    const { status, out, err } = await call(argv);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(`jailhouse-cells: `);
    expect(err).toContain(message);
    expect(err).toContain('--help" explains the call.\n');
  });

  test('names from the command line cannot reach the terminal', async () => {
    const { err } = await call(['check', 'a\u001b[2Jb\nc']);
    expect(err).toContain('"a\\x1b[2Jb\\nc" does not exist');
  });

  test('no command at all: the help, on the error stream', async () => {
    const { status, out, err } = await call([]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain('Usage: jailhouse-cells COMMAND');
  });
});

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']]])('%j prints the overview', async (argv) => {
    const { status, out, err } = await call(argv);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    for (const command of commands) expect(out).toContain(`  ${command.name} `);
  });

  test.each(commands.map((command) => [command]))(
    'of each command: options, examples, exit status, within 100 columns',
    async (command) => {
      const { status, out } = await call([command.name, '--nonsense', '--help']);
      expect(status).toBe(0);
      expect(await call(['help', command.name])).toEqual({ status: 0, out, err: '' });
      for (const option of command.options) expect(out).toContain(option.name);
      for (const { command: example } of command.examples) expect(out).toContain(example);
      expect(out).toMatch(/Exit status:\n {2}0 /);
      for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    },
  );

  test('fits a narrow window', async () => {
    const { out } = await call(['check', '--help'], { isTerminal: true, columns: 72 });
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(72);
  });

  test('the version', async () => {
    const { status, out } = await call(['--version']);
    expect(status).toBe(0);
    expect(out).toMatch(/^jailhouse-cells \d+\.\d+\.\d+\n$/);
  });
});

describe('explain', () => {
  test('lists all rules, each on lines of its own', async () => {
    const { status, out } = await call(['explain']);
    expect(status).toBe(0);
    for (const rule of rules) expect(out).toMatch(new RegExp(`^${rule.id} `, 'm'));
  });

  test('prints the page of every rule', async () => {
    for (const rule of rules) {
      const { status, out } = await call(['explain', rule.id]);
      expect(status).toBe(0);
      expect(out.split('\n')[0]).toBe(`${rule.id}: ${rule.title}`);
      expect(out).toContain('On the board: ');
      expect(out).toContain(`docs/rules/${rule.id}.md`);
    }
  });

  test('json', async () => {
    const { out } = await call(['explain', '--format', 'json']);
    expect(JSON.parse(out)).toEqual({ version: 1, rules: rules.map(({ id, title, severity, scope }) => ({ id, title, severity, scope })) });
  });
});
