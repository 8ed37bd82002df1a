import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@jailhouse-cells/cli/run.ts';
import { describe, expect, test } from 'vitest';
import { testIo } from './memory-io.ts';

/** A cell with one CPU and one region. */
function cell(name: string, more: { readonly size?: string; readonly field?: string } = {}): string {
  return `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[1];
} __attribute__((packed)) config = {
	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.architecture = JAILHOUSE_ARM64,
		.name = "${name}", .flags = JAILHOUSE_CELL_PASSIVE_COMMREG,
		.cpu_set_size = sizeof(config.cpus),
		.num_memory_regions = ARRAY_SIZE(config.mem_regions),
		${more.field ?? ''}
	},
	.cpus = { 0x4 },
	.mem_regions = {
		{
			.phys_start = 0x40000000,
			.virt_start = 0,
			.size = ${more.size ?? '0x100000'},
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,
		},
	},
};
`;
}

const good = cell('demo');
const unknownField = cell('demo', { field: '.num_memory_region = 1,' });

type Options = Parameters<typeof testIo>[1];

async function call(files: Readonly<Record<string, string | Uint8Array>>, argv: readonly string[], options: Options = {}) {
  const io = testIo(files, options);
  const status = await run(argv, io);
  return { status, ...io.printed(), written: io.written, io };
}

const alone = '; a.c checked alone, no system config is known (name it in jailhouse.json)';

describe('check', () => {
  test('success is one line', async () => {
    const files = { '/work/configs/a.c': good, '/work/configs/other.c': 'int main(void) { return 0; }\n' };
    for (const argv of [['check'], ['check', '.'], ['check', 'configs/a.c'], ['check', 'configs/a.c', 'configs']]) {
      expect(await call(files, argv)).toMatchObject({ status: 0, out: `1 config, no findings${alone}\n`, err: '' });
    }
  });

  test('an error: status 1, the place, the line, the rule, the summary', async () => {
    const { status, out, err } = await call({ '/work/a.c': unknownField }, ['check']);
    expect({ status, err }).toEqual({ status: 1, err: '' });
    const [head, line, marks] = out.split('\n');
    expect(head).toMatch(/^a\.c:16:4: error: .*num_memory_region.* \[c-[a-z-]+\]$/);
    expect(line).toBe('   16 |                 .num_memory_region = 1,');
    expect(marks?.indexOf('^')).toBe(line?.indexOf('num_memory_region'));
    expect(out.endsWith(`\n1 config: 1 error${alone}\n`)).toBe(true);
  });

  test('--severity changes the level, and with it the status', async () => {
    const files = { '/work/a.c': cell('') };
    const before = await call(files, ['check', '--all']);
    expect(before.status).toBe(0);
    expect(before.out).toContain('[name-empty]');
    const raised = await call(files, ['check', '--severity', 'name-empty=error']);
    expect(raised.status).toBe(1);
    expect(raised.out).toContain(': error: ');
    const off = await call(files, ['check', '--severity=name-empty=off']);
    expect(off).toMatchObject({ status: 0, out: `1 config, no findings${alone}\n` });
    const frontEnd = await call({ '/work/a.c': unknownField }, ['check', '--severity', 'c-unknown-field=warning']);
    expect(frontEnd).toMatchObject({ status: 0, out: expect.stringContaining(': warning: ') });
  });

  test('names of files and strings of configs cannot reach the terminal', async () => {
    const path = '/work/sp ace\n"quote\' \u001b[2J ü.c';
    const { status, out } = await call({ [path]: cell('\u001b]0;x\u0007'.repeat(8)) }, ['check', path]);
    expect(status).toBe(0);
    expect(out).toContain('sp ace\\n"quote\' \\x1b[2J ü.c:');
    expect(out).not.toContain('\u001b');
    expect(out).not.toContain('\u0007');
  });

  test('colours on a terminal, none elsewhere', async () => {
    const files = { '/work/a.c': unknownField };
    expect((await call(files, ['check'], { isTerminal: true, columns: 80 })).out).toContain('\u001b[1;31merror:\u001b[0m');
    expect((await call(files, ['check', '--color', 'always'])).out).toContain('\u001b[');
    expect((await call(files, ['check'])).out).not.toContain('\u001b[');
  });

  test('json, sarif and github of the same finding', async () => {
    const files = { '/work/sub/a.c': unknownField };
    const json = await call(files, ['check', '--format', 'json']);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      version: 1,
      summary: { configs: 1, error: 1 },
      configs: [{ path: 'sub/a.c', kind: 'cell', name: 'demo', arch: 'arm64', revision: 14, headers: { origin: 'built-in' } }],
      findings: [{ severity: 'error', file: 'sub/a.c', line: 16, column: 4, endLine: 16, endColumn: 21 }],
    });
    const sarif = await call(files, ['check', '--format', 'sarif']);
    expect(sarif.status).toBe(1);
    expect(JSON.parse(sarif.out).runs[0].results).toHaveLength(1);
    const github = await call(files, ['check', '--format', 'github'], { env: { GITHUB_WORKSPACE: '/' } });
    expect(github.out).toMatch(/^::error file=work\/sub\/a\.c,line=16,endLine=16,col=4,endColumn=21,title=/);
  });

  test('a folder without configs is a wrong call, not a success', async () => {
    const { status, err } = await call({ '/work/x/readme.txt': '' }, ['check', 'x']);
    expect(status).toBe(2);
    expect(err).toContain('there is no Jailhouse config under "x"');
    const file = await call({ '/work/x/main.c': 'int main(void) { return 0; }\n' }, ['check', 'x/main.c']);
    expect(file.status).toBe(1);
    expect(file.out).toMatch(/^x\/main\.c.*: error: /);
  });

  test('a file of a board names the configs that are checked with it; one of no system is a wrong call', async () => {
    const folder = fileURLToPath(new URL('../fixtures/board-rules/memory-in-gpu-memory/reject-any-ram-size', import.meta.url));
    const files = Object.fromEntries(readdirSync(folder).map((name) => [`/work/${name}`, readFileSync(join(folder, name), 'utf8')]));
    const { status, out } = await call(files, ['check', 'config.txt']);
    expect(status).toBe(1);
    expect(out).toMatch(/^config\.txt:\d+:\d+: error: GPU memory is /m);
    expect(out).toMatch(/^root\.c:\d+:\d+: error: Hypervisor memory .* lies in GPU memory /m);
    const alone = await call({ '/work/alone.dts': '/dts-v1/; / { };' }, ['check', 'alone.dts']);
    expect(alone.status).toBe(2);
    expect(alone.err).toContain('"alone.dts" belongs to no system');
    const build = await call(files, ['build', 'config.txt', '--out', 'out']);
    expect(build.status).toBe(2);
    expect(build.err).toContain('"config.txt" is no config');
  });

  test('a jailhouse.json names configs, and its own mistakes are findings', async () => {
    const system = (rootCell: string) => JSON.stringify({ systems: { s: { rootCell, cells: [{ config: 'cells/a.c' }] } } });
    const files = { '/work/cells/a.c': good, '/work/jailhouse.json': system('cells/root.c') };
    const missing = await call(files, ['check', 'jailhouse.json']);
    expect(missing.status).toBe(1);
    expect(missing.out).toMatch(/^\S+: error: .*root\.c/);
    const { status, out } = await call({ '/work/jailhouse.json': '{ "systems": 1 }' }, ['check', 'jailhouse.json']);
    expect(status).toBe(1);
    expect(out).toMatch(/^jailhouse\.json:1:\d+: error: /);
    expect((await call({ '/work/jailhouse.json': '{}' }, ['check', 'jailhouse.json'])).status).toBe(2);
  });

  test('cancelled: status 130 and nothing printed', async () => {
    const { status, out, err } = await call({ '/work/a.c': good, '/work/b.c': good }, ['check'], { cancelAfter: 1 });
    expect({ status, out, err }).toEqual({ status: 130, out: '', err: '' });
  });

  test('-D, -I and --include reach the preprocessor', async () => {
    const files = {
      '/work/a.c': cell('demo', { size: 'REGION_SIZE' }),
      '/work/b.c': `#include <sizes.h>\n${cell('demo', { size: 'REGION_SIZE' })}`,
      '/work/inc/sizes.h': '#define REGION_SIZE 0x2000\n',
    };
    expect((await call(files, ['check', 'a.c'])).status).toBe(1);
    expect((await call(files, ['check', 'a.c', '-DREGION_SIZE=0x2000'])).status).toBe(0);
    expect((await call(files, ['check', 'a.c', '--include', 'inc/sizes.h'])).status).toBe(0);
    expect((await call(files, ['check', 'b.c'])).status).toBe(1);
    expect((await call(files, ['check', 'b.c', '-I', 'inc'])).status).toBe(0);
  });
});

describe('build', () => {
  test('writes the .cell below the folder, and says so in one line', async () => {
    const { status, out, err, written } = await call({ '/work/configs/arm64/a.c': good }, ['build', 'configs', '--out', 'out']);
    expect({ status, out, err }).toEqual({ status: 0, out: 'wrote out/configs/arm64/a.cell (172 bytes)\n', err: '' });
    expect(written.map(({ path }) => path)).toEqual(['/work/out/configs/arm64/a.cell']);
    expect(new TextDecoder().decode(written[0]?.bytes.slice(0, 5))).toBe('JHCLL');
  });

  test('what was built reads back as the same config', async () => {
    const { io } = await call({ '/work/a.c': good }, ['build', 'a.c', '--out', '.']);
    const texts: string[] = [];
    for (const path of ['a.c', 'a.cell']) {
      const before = io.printed().out.length;
      expect(await run(['show', path], io)).toBe(0);
      texts.push(
        io
          .printed()
          .out.slice(before)
          .replace(/^ {2}(file|headers) .*\n/gm, ''),
      );
    }
    expect(texts[1]).toBe(texts[0]);
  });

  test('one error anywhere: nothing is written', async () => {
    const files = { '/work/a.c': good, '/work/b.c': unknownField };
    const { status, out, written } = await call(files, ['build', '.', '--out', 'out']);
    expect(status).toBe(1);
    expect(written).toEqual([]);
    expect(out).toMatch(/\nnothing written: 1 error \(--force writes what can be read\)\n$/);
  });

  test('--force writes what can be read', async () => {
    const files = { '/work/a.c': good, '/work/b.c': unknownField };
    const { status, out, written } = await call(files, ['build', '.', '--out', 'out', '--force']);
    expect(written.map(({ path }) => path)).toEqual(['/work/out/a.cell', '/work/out/b.cell']);
    expect(out).toMatch(/\nwrote 2 \.cell files under out \(344 bytes\)\n$/);
    expect(status).toBe(0);
  });

  test('earlier outputs are no inputs', async () => {
    const first = await call({ '/work/a.c': good }, ['build', '.', '--out', '.']);
    expect(await run(['build', '.', '--out', '.'], first.io)).toBe(0);
    expect(first.io.written.map(({ path }) => path)).toEqual(['/work/a.cell', '/work/a.cell']);
    expect(await run(['build', 'a.cell', '--out', 'x'], first.io)).toBe(2);
    expect(first.io.printed().err).toContain('"a.cell" is built already; name its .c file.');
  });

  test('two configs for one file are refused before anything is written', async () => {
    const files = { '/else/x/a.c': good, '/else/y/a.c': good };
    const { status, err, written } = await call(files, ['build', '/else/x/a.c', '/else/y/a.c', '--out', 'out']);
    expect({ status, written }).toEqual({ status: 2, written: [] });
    expect(err).toContain('"/else/x/a.c" and "/else/y/a.c" would both become "out/a.cell".');
  });

  test('json lists what was written', async () => {
    const { out } = await call({ '/work/a.c': good }, ['build', 'a.c', '--out', 'out', '--format', 'json']);
    expect(JSON.parse(out)).toMatchObject({ version: 1, written: [{ config: 'a.c', path: 'out/a.cell', bytes: 172 }], findings: [] });
  });

  test('a failed write is said with its path, and the status is 1', async () => {
    const io = testIo({ '/work/a.c': good });
    const full = { ...io, writeFiles: async () => ({ ok: false as const, path: '/work/out/a.cell', reason: 'the disk is full' }) };
    expect(await run(['build', 'a.c', '--out', 'out'], full)).toBe(1);
    expect(io.printed()).toEqual({ out: '', err: 'jailhouse-cells: cannot write "out/a.cell": the disk is full.\n' });
  });
});

describe('show', () => {
  test('a cell, in full', async () => {
    const { status, out } = await call({ '/work/a.c': good }, ['show', 'a.c']);
    expect(status).toBe(0);
    expect(out).toBe(
      [
        'Cell "demo" (arm64, revision 14, 172 bytes)',
        '  file           a.c',
        '  headers        built in, revision 14',
        '  cell flags     PASSIVE_COMMREG',
        '  CPUs           2 (1)',
        '  CPU reset      0x0',
        '  reply timeout  none: waits for ever',
        '',
        'Memory regions: 1',
        '  #  physical               virtual      size         access',
        '  0  0x40000000-0x400fffff  0x0      0x100000  1 MiB  rwx LOADABLE',
        '',
      ].join('\n'),
    );
  });

  test('json has 64-bit values as hex strings', async () => {
    const { out } = await call({ '/work/a.c': good }, ['show', 'a.c', '--format', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      configs: [
        {
          path: 'a.c',
          kind: 'cell',
          name: 'demo',
          cell: { cpus: [2], msgReplyTimeout: '0x0' },
          memoryRegions: [{ index: 0, phys: '0x40000000', virt: '0x0', size: '0x100000', flags: ['READ', 'WRITE', 'EXECUTE', 'LOADABLE'] }],
        },
      ],
    });
  });

  test('a config with errors is shown, with a note; one that cannot be read is not', async () => {
    const broken = await call({ '/work/a.c': unknownField }, ['show', 'a.c']);
    expect(broken.status).toBe(0);
    expect(broken.out).toContain('\n1 error: "jailhouse-cells check" names it.\n');
    const unreadable = await call({ '/work/a.cell': new Uint8Array([0x4a, 0x48, 0x43, 0x4c, 0x4c, 2]) }, ['show', 'a.cell']);
    expect(unreadable.status).toBe(1);
    expect(unreadable.out).toBe('');
    expect(unreadable.err).toContain('a.cell');
  });

  test('no .cell file makes a command fail otherwise than with findings', async () => {
    const { io } = await call({ '/work/a.c': good }, ['build', 'a.c', '--out', '.']);
    const bytes = io.fs.readBytes('/work/a.cell') ?? new Uint8Array();
    expect(bytes.length).toBe(172);
    for (let at = 0; at < bytes.length; at++) {
      const mutants = [bytes.with(at, (bytes[at] ?? 0) ^ 0xff), bytes.slice(0, at)];
      for (const mutant of mutants) {
        for (const command of ['show', 'check']) {
          const { status, err } = await call({ '/work/m.cell': mutant }, [command, 'm.cell']);
          expect(status).toBeLessThanOrEqual(1);
          expect(err).not.toContain('internal error');
        }
      }
    }
  });
});
