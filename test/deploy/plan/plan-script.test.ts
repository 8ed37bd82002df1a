import { execFileSync } from 'node:child_process';
import type { Plan, Step } from '@jailhouse-cells/deploy/plan/plan.ts';
import { planScript } from '@jailhouse-cells/deploy/plan/plan-script.ts';
import { expect, it } from 'vitest';

const step = (title: string, commands: readonly (readonly string[])[]): Step => ({
  kind: 'create',
  title,
  reason: '',
  dangerous: true,
  commands,
  cell: undefined,
  file: undefined,
  config: undefined,
  place: undefined,
  effects: [],
});

const plan = (steps: readonly Step[]): Plan => ({
  system: 's',
  goal: { kind: 'deploy' },
  folder: 's',
  steps,
  record: undefined,
  reuse: [],
  files: [],
  notes: [],
});

it('shows the commands of the story', () => {
  const script = planScript(
    plan([
      step('enable', [['jailhouse', 'enable', 'rpi4.cell']]),
      step('linux', [['jailhouse', 'cell', 'linux', 'rpi4-linux-demo.cell', 'Image', '-c', 'console=ttyS0,115200 ip=192.168.19.2']]),
    ]),
    [],
    true,
  );
  expect(script).toContain('\nsudo jailhouse enable rpi4.cell\n');
  expect(script).toContain("\nsudo jailhouse cell linux rpi4-linux-demo.cell Image -c 'console=ttyS0,115200 ip=192.168.19.2'\n");
});

it('carries hostile names literally: a real shell hands them on as they are, and runs nothing', () => {
  const hostile = [
    '$(touch /tmp/jhc-executed)',
    '`touch /tmp/jhc-executed`',
    "it's; touch /tmp/jhc-executed",
    'two\nlines',
    '-rf',
    'ü "x"',
    '\\',
    "'",
  ];
  const script = planScript(
    plan(hostile.map((name) => step(`create cell ${name}\ntouch /tmp/jhc-executed`, [['jailhouse', 'cell', 'create', name]]))),
    [],
    false,
  );
  const said = execFileSync('sh', ['-c', `jailhouse() { printf '%s\\0' "$3"; }\n${script}`], { encoding: 'utf8' });
  expect(said.split('\0').slice(0, -1)).toEqual(hostile);
  expect(() => execFileSync('ls', ['/tmp/jhc-executed'], { stdio: 'ignore' })).toThrow();
});
