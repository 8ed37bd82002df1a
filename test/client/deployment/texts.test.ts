import type { Check } from '@jailhouse-cells/deploy/doctor/check.ts';
import type { Plan, Step } from '@jailhouse-cells/deploy/plan/plan.ts';
import { sizeWords } from '@jailhouse-cells/deploy/plan/size-words.ts';
import { expect, it } from 'vitest';
import { doctorPage, summaryOf } from '../../../client/deployment/doctor-page.ts';
import { commandWords, goalWords, planText, stepLines } from '../../../client/deployment/plan-text.ts';
import { likelyCause, problemText, undoneText } from '../../../client/deployment/problem-text.ts';

const nothing = {
  reason: '',
  dangerous: false,
  commands: [],
  cell: undefined,
  file: undefined,
  config: undefined,
  place: undefined,
  effects: [],
};
const send: Step = {
  ...nothing,
  kind: 'upload',
  title: 'send rpi4.cell',
  reason: 'config of rpi4, 1120 bytes',
  file: { name: 'rpi4.cell', content: { bytes: new Uint8Array(1120) }, digest: '', size: 1120, title: '', place: undefined },
};
const enable: Step = {
  ...nothing,
  kind: 'enable',
  title: 'enable the hypervisor',
  dangerous: true,
  commands: [['jailhouse', 'enable', "it's a.cell"]],
};
const finish: Step = { ...nothing, kind: 'finish', title: 'write down what runs' };
const plan: Plan = {
  system: 'rpi4',
  goal: { kind: 'deploy' },
  folder: 'rpi4',
  steps: [send, enable, finish],
  record: undefined,
  reuse: [],
  files: ['rpi4.cell'],
  notes: ['Disabling destroys the cell other.'],
};
const place = { file: '/work/<b>/rpi4.c', line: 11, column: 4, endLine: 11, endColumn: 9 };
const blocker: Check = { id: 'cpus', title: 'CPUs', level: 'blocker', found: 'CPU 3 <is> "off"', remedy: 'Bring it on line.', place };
const fine: Check = { id: 'ram', title: 'RAM', level: 'ok', found: '4 GiB of RAM.', remedy: '', place: undefined };

it('sums up a plan for the question: files in one line, no bookkeeping', () => {
  expect(stepLines(plan)).toEqual(['• send 1 file, 1.1 kB', '• enable the hypervisor', 'Disabling destroys the cell other.']);
});

it('writes a plan with its commands, and what the target lacks', () => {
  const text = planText(plan, [blocker, fine], 'board (simulated)');
  expect(text).toContain('Plan: deploy rpi4 to board (simulated)\n');
  expect(text).toContain(" 2. enable the hypervisor\n      $ jailhouse enable 'it'\\''s a.cell'\n");
  expect(text).toContain('• blocker: CPUs: CPU 3 <is> "off"\n    Bring it on line.');
  expect(text).not.toContain('4 GiB');
  expect(text).toContain('It asks before');
  expect(planText({ ...plan, steps: [] }, [], 'board')).toContain('Nothing has to be done');
});

it('names what is wanted', () => {
  expect(goalWords({ kind: 'deploy', cells: ['a'] }, 'rpi4', 'board')).toBe('deploy cell a of rpi4 to board');
  expect(goalWords({ kind: 'stop', cells: ['a', 'b'] }, 'rpi4', 'board')).toBe('stop cells a, b on board');
  expect(commandWords(['-c', 'console=ttyS0,115200 ip=1'])).toBe("-c 'console=ttyS0,115200 ip=1'");
  expect([1, 999, 1000, 28_400_000].map(sizeWords)).toEqual(['1 byte', '999 bytes', '1.0 kB', '28 MB']);
});

it('tells a problem with its cause, its places and what became of the rest', () => {
  const problem = {
    kind: 'cell-failed' as const,
    message: 'The cell crashed.',
    step: 'start cell a',
    place,
    output: '',
    kernelLog: 'jailhouse: a line\n',
    console: '',
    meanings: [
      {
        summary: 'Stopped.',
        causes: [
          { title: 'No region', text: 'Add one.', confidence: 'likely' as const, places: [{ message: 'here', place }], rule: undefined },
        ],
      },
    ],
    noAnswer: undefined,
  };
  expect(likelyCause(problem)).toBe('No region. Add one.');
  expect(likelyCause({ meanings: [] })).toBeUndefined();
  const text = problemText(problem, { kind: 'undone', steps: ['destroy cell a again'], lost: ['other'] });
  expect(text).toContain('To blame: /work/<b>/rpi4.c:12:5');
  expect(text).toContain('New lines of the kernel log:\n    jailhouse: a line');
  expect(text).not.toContain('Output of the command');
  expect(text).toContain('likely: No region');
  expect(text).toContain('cannot be brought back');
  expect(undoneText({ kind: 'failed', step: 'x', message: 'y' })).toBe('Undoing failed at "x": y');
});

it('shows checks in a page that runs no script, with every text escaped', () => {
  const page = doctorPage({
    where: 'a<script>',
    system: 'rpi4',
    checks: [blocker, fine],
    time: 'now',
    nonce: 'abc',
    again: 'command:again?"x"',
    snapshot: 'command:snapshot',
    linkTo: ({ line }) => `command:reveal?${line}`,
  });
  expect(page).toContain(`content="default-src 'none'; style-src 'nonce-abc'"`);
  expect(page).not.toMatch(/<script|<is>|<b>|"x"/);
  expect(page).toContain('<a href="command:reveal?11">rpi4.c:12</a>');
  expect(summaryOf([blocker, fine])).toBe('1 blocker.');
  expect(summaryOf([fine])).toBe('The target is ready.');
});
