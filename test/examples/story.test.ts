import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyEdits } from '@jailhouse-cells/core/fixes/apply.ts';
import type { Finding, Fix } from '@jailhouse-cells/core/source/finding.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { describe, expect, test } from 'vitest';
import { checkFolder } from '../rules/board-scenario.ts';

const story = join(import.meta.dirname, '../../examples/rpi4-story');
const sizes = ['1GiB', '2GiB', '4GiB', '8GiB'];

interface Expected {
  readonly rule: string;
  /** One-based. */
  readonly line: number;
  readonly severity: string;
  /** The RAM sizes that it is said for; left out: all. */
  readonly ram?: readonly string[];
}

const expected = JSON.parse(readFileSync(join(story, 'expected.json'), 'utf8')) as Record<string, readonly Expected[]>;
const steps = readdirSync(story, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'common')
  .map(({ name }) => name);

/** A step as it is, or with the RAM size stated in its jailhouse.json. */
function check(
  step: string,
  ram?: string,
  texts: readonly (readonly [string, string])[] = [],
): { readonly findings: readonly Finding[]; readonly said: Record<string, readonly Expected[]> } {
  const project = join(story, step, 'jailhouse.json');
  const text = readFileSync(project, 'utf8');
  const stated = text.replace('"model":', `"ram": "${ram}", "model":`);
  expect(stated).not.toBe(text);
  const { findings, readable, workspace } = checkFolder(
    join(story, step),
    new Map(ram === undefined ? texts : [...texts, [project, stated]]),
  );
  expect(readable, 'all configs can be read').toBe(true);
  const said: Record<string, Expected[]> = {};
  for (const { rule, severity, span } of findings) {
    const line = (workspace.text(span.file)?.positionAt(span.start).line ?? -1) + 1;
    const own = said[span.file.slice(story.length + 1)] ?? [];
    own.push({ rule, line, severity });
    said[span.file.slice(story.length + 1)] = own.sort((a, b) => a.line - b.line || (a.rule < b.rule ? -1 : 1));
  }
  return { findings, said };
}

/** What expected.json has for a step, where something is expected. */
function wanted(step: string, ram?: string): Record<string, readonly Expected[]> {
  const ofStep = Object.entries(expected).filter(([file]) => file.startsWith(`${step}/`));
  const counting = ofStep.map(([file, list]) => [
    file,
    list.filter((finding) => ram === undefined || finding.ram?.includes(ram) !== false).map(({ ram: _, ...finding }) => finding),
  ]);
  return Object.fromEntries(counting.filter(([, list]) => (list?.length ?? 0) > 0));
}

test('the story has six steps, and says of each what is expected', () => {
  expect(steps).toEqual([
    '1-window-over-ram',
    '2-window-above-4gib',
    '3-window-in-jailhouse-memory',
    '4-window-reserved',
    '5-memory-in-gpu',
    '6-final',
  ]);
  expect([...new Set(Object.keys(expected).map((file) => file.split('/')[0]))]).toEqual(steps);
  const hasError = (step: string, ram: string): boolean =>
    Object.values(wanted(step, ram)).some((list) => list.some(({ severity }) => severity === 'error'));
  const onBoards = Object.fromEntries(steps.map((step) => [step.slice(0, 1), sizes.filter((ram) => hasError(step, ram))]));
  expect(onBoards).toEqual({ 1: ['4GiB', '8GiB'], 2: sizes, 3: sizes, 4: [], 5: sizes, 6: [] });
});

describe.each(steps)('%s', (step) => {
  test('on a board of unknown RAM, and the finding names the sizes', () => {
    const { findings, said } = check(step);
    expect(said).toEqual(wanted(step));
    for (const [file, list] of Object.entries(expected)) {
      if (!file.startsWith(`${step}/`)) continue;
      for (const { rule, ram = [] } of list) {
        const own = findings.filter((finding) => finding.rule === rule && finding.span.file === join(story, file));
        for (const size of sizes) {
          const named = own.some(({ message }) => message.includes(size.replace('GiB', ' GB')));
          expect({ rule, size, named }).toEqual({ rule, size, named: ram.includes(size) });
        }
      }
    }
  });

  test.each(sizes)('with %s of RAM', (ram) => {
    expect(check(step, ram).said).toEqual(wanted(step, ram));
  });
});

test('every collision of the story is told with the other culprit', () => {
  for (const step of steps) {
    // 4 GiB is a limit: nothing else is in the way.
    const collisions = check(step).findings.filter(({ rule }) => rule !== 'mmconfig-above-4g');
    for (const { rule, related } of collisions) expect({ step, rule, related: related.length > 0 }).toMatchObject({ related: true });
  }
});

/** The texts that a fix changes. */
function mended({ edits }: Fix): readonly (readonly [string, string])[] {
  const files = [...new Set(edits.map(({ span }) => span.file))];
  const editsOf = (file: string) => edits.filter(({ span }) => span.file === file);
  return files.map((file) => [file, applyEdits(readFileSync(file, 'utf8'), editsOf(file))]);
}

test('the window over RAM is mended by reserving it, as the story went on', () => {
  const [finding] = check('1-window-over-ram').findings;
  const fix = finding?.fixes.find(({ title }) => title.startsWith("Reserve it in the board's device tree"));
  expect(fix?.edits.map(({ span }) => span.file)).toEqual([join(story, '1-window-over-ram/dts/jailhouse.dts')]);
  for (const ram of [undefined, ...sizes]) expect(check('1-window-over-ram', ram, mended(fix as Fix)).said).toEqual({});
});

test('the window over RAM is mended by moving it to where it is today', () => {
  const [finding] = check('1-window-over-ram').findings;
  const fix = finding?.fixes.find(({ title }) => title.startsWith('Move the window to 0xff900000'));
  const { findings } = check('1-window-over-ram', undefined, mended(fix as Fix));
  // The guest's device tree has to follow.
  expect(findings.filter(({ span }) => !span.file.endsWith('inmate-rpi4.dts')).map(({ rule }) => rule)).toEqual([]);
});

test('the memory in that of the GPU is mended by a smaller gpu_mem', () => {
  const configTxt = join(story, '5-memory-in-gpu/boot/config.txt');
  const text = readFileSync(configTxt, 'utf8');
  for (const megabytes of [16, 64, 76, 128]) {
    const lower = text.replace('gpu_mem=256', `gpu_mem=${megabytes}`);
    expect(lower).not.toBe(text.replace('gpu_mem=256', ''));
    for (const ram of [undefined, ...sizes]) expect(check('5-memory-in-gpu', ram, [[configTxt, lower]]).said).toEqual({});
  }
});

test('a comment in config.txt hides the finding there, and only there', () => {
  const folder = join(story, '5-memory-in-gpu');
  const path = join(folder, 'boot/config.txt');
  const workspace = new Workspace(nodeFileSystem);
  const inConfigTxt = () =>
    workspace
      .configsIn(folder)
      .flatMap((config) => workspace.check(config).findings)
      .filter(({ rule }) => rule === 'memory-in-gpu-memory')
      .map(({ span }) => span.file === path);
  expect(inConfigTxt()).toContain(true);
  const text = readFileSync(path, 'utf8');
  const commented = text.replace(/^gpu_mem=/m, '# jailhouse-cells: ignore memory-in-gpu-memory - shown on purpose\ngpu_mem=');
  expect(commented).not.toBe(text);
  workspace.open(path, commented);
  expect(inConfigTxt()).not.toContain(true);
  expect(inConfigTxt()).toContain(false);
});
