// Checks 118 configs with one cold process, beside what does the same job without us: tsx scripts/bench-cli.ts [--jailhouse DIR] [--runs N]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { builtInHeaders } from '@jailhouse-cells/core/abi/headers.ts';
import { rules } from '@jailhouse-cells/core/rules/index.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { type BenchConfig, benchConfigs, manyRegionsConfig } from '../test/generate/bench-configs.ts';
import { MemoryFiles } from '../test/memory-files.ts';

const { values } = parseArgs({ options: { jailhouse: { type: 'string' }, runs: { type: 'string', default: '7' } }, strict: false });
const runs = Math.max(1, Number(values.runs));
const jailhouse = typeof values.jailhouse === 'string' ? resolve(values.jailhouse) : undefined;
const root = resolve(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'jailhouse-cells-bench-'));

interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Milliseconds of several runs. */
function measure(times: number, job: () => void): Spread {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    job();
    taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  return { min: taken[0] as number, median: taken[taken.length >> 1] as number, max: taken.at(-1) as number };
}

function show(what: string, times: number, { min, median, max }: Spread): void {
  const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`.padStart(9);
  console.log(`  ${what.padEnd(58)} ${ms(min)} ${ms(median)} ${ms(max)}   (${times} runs)`);
}

function must(command: string, args: readonly string[], cwd: string, accept: readonly number[] = [0]): string {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  if (result.error) throw new Error(`${command} does not start: ${result.error.message}`);
  if (!accept.includes(result.status ?? -1))
    throw new Error(`${command} ${args.join(' ')} ended with ${result.status}:\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

function writeAll(configs: readonly BenchConfig[]): { readonly folder: string; readonly headers: string } {
  const folder = join(scratch, 'configs');
  const headers = join(scratch, 'headers');
  mkdirSync(folder);
  for (const { name, text } of configs) writeFileSync(join(folder, name), text);
  for (const [name, text] of builtInHeaders(14)) {
    mkdirSync(dirname(join(headers, name)), { recursive: true });
    writeFileSync(join(headers, name), text);
  }
  return { folder, headers };
}

function compareCommandLine(): void {
  const configs = benchConfigs();
  const { folder, headers } = writeAll(configs);
  const lines = configs.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);
  console.log(
    `118 configs (38 system, 80 cell; ${lines} lines), ${availableParallelism()} processors.${' '.repeat(15)}min    median       max`,
  );

  const cli = join(root, 'cli/bin/jailhouse-cells.mjs');
  const ours = measure(runs, () => must(process.execPath, [cli, 'check', folder], root));
  show('jailhouse-cells check, one cold process', runs, ours);
  const startup = measure(runs, () => must(process.execPath, [cli, '--version'], root));
  show('  of that, starting Node and the program (--version)', runs, startup);

  const few = Math.min(3, runs);
  const compile = measure(few, () => {
    for (const { name } of configs) {
      const base = name.replace(/\.c$/, '');
      must('aarch64-linux-gnu-gcc', ['-D__KERNEL__', '-D__LINUX_COMPILER_TYPES_H', '-I', headers, '-c', name, '-o', `${base}.o`], folder);
      must('aarch64-linux-gnu-objcopy', ['-O', 'binary', '--remove-section=.note.gnu.property', `${base}.o`, `${base}.cell`], folder);
    }
  });
  show('gcc and objcopy, one after the other', few, compile);
  ratio('gcc and objcopy', compile, ours);

  if (jailhouse === undefined) {
    console.log('  config check: not measured, name a checkout of siemens/jailhouse with --jailhouse DIR');
    return;
  }
  const tool = join(jailhouse, 'tools/jailhouse-config-check');
  if (!existsSync(tool)) throw new Error(`${tool} does not exist`);
  const check = measure(few, () => {
    configs.forEach(({ name, kind }, system) => {
      if (kind !== 'system') return;
      const cells = configs.filter((config) => config.kind === 'cell' && config.system === system);
      // 1: it found something.
      must('python3', [tool, ...[name, ...cells.map((cell) => cell.name)].map((file) => file.replace(/\.c$/, '.cell'))], folder, [0, 1]);
    });
  });
  show("upstream's config check, once per system with its cells", few, check);
  ratio('gcc, objcopy and config check', { min: 0, median: compile.median + check.median, max: 0 }, ours);
}

function ratio(what: string, other: Spread, ours: Spread): void {
  console.log(`  ${what} / jailhouse-cells (medians): ${(other.median / ours.median).toFixed(1)} times   target: at least 10, aim 20`);
}

/** Doubling the regions should double the time, and a little more: n log n, not n². */
function overlapGrowth(): void {
  console.log(
    '\nOne cell config with very many regions, none of which overlap, read and checked in this process.     min    median       max',
  );
  let before: Spread | undefined;
  for (const count of [1250, 2500, 5000, 10_000]) {
    const text = manyRegionsConfig(count);
    const files = new MemoryFiles({ '/configs/many.c': text });
    const spread = measure(runs, () => {
      const report = new Workspace(files).check('/configs/many.c');
      if (report.config?.memoryRegions.length !== count) throw new Error(`${count} regions were not read: ${report.findings[0]?.message}`);
    });
    show(`${count.toLocaleString('en')} regions`, runs, spread);
    const { config } = new Workspace(files).check('/configs/many.c');
    if (config) {
      const overlaps = rules.filter((rule) => /overlap/.test(rule.id) && rule.scope === 'file');
      const alone = measure(runs, () => {
        for (const rule of overlaps) if (rule.scope === 'file') rule.check(config, () => {});
      });
      show(`  of that, the ${overlaps.length} rules on overlaps${count === 10_000 ? ', target: under 100 ms' : ''}`, runs, alone);
    }
    if (before) console.log(`    ${(spread.median / before.median).toFixed(2)} times the half   (n log n: about 2.2, n²: 4)`);
    before = spread;
  }
}

try {
  if (!existsSync(join(root, 'dist/cli.cjs'))) must(process.execPath, [join(root, 'scripts/build.mjs')], root);
  compareCommandLine();
  overlapGrowth();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
