import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { CompletionItem, Hover, MarkupContent } from 'vscode-languageserver';
import { LspClient, pulling, pushing, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { lineOf, linux, replaced, rpi4Files } from './rpi4-configs.ts';

const boardTree = '/work/dts/board.dts';
const guestTree = '/work/dts/guest.dts';
const project = '/work/jailhouse.json';
const stranger = '/work/dts/stranger.dts';

const boardText = `/dts-v1/;
/ {
	compatible = "raspberrypi,4-model-b", "brcm,bcm2711";
	#address-cells = <2>;
	#size-cells = <1>;
	interrupt-parent = <&gic>;
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <1>;
		ranges;
		jailhouse@10000000 {
			reg = <0x0 0x10000000 0x10000000>;
			no-map;
		};
	};
	soc {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0x7e000000 0x0 0xfe000000 0x1800000>, <0x40000000 0x0 0xff800000 0x800000>;
		serial@7e215040 {
			compatible = "brcm,bcm2835-aux-uart";
			reg = <0x7e215040 0x40>;
			interrupts = <0 93 4>;
			status = "disabled";
		};
		gic: interrupt-controller@40041000 {
			compatible = "arm,gic-400";
			interrupt-controller;
			#interrupt-cells = <3>;
			reg = <0x40041000 0x1000>, <0x40042000 0x2000>, <0x40044000 0x2000>, <0x40046000 0x2000>;
			interrupts = <1 9 0xf04>;
		};
	};
};
`;
const guestText = boardText.replace('"raspberrypi,4-model-b", "brcm,bcm2711"', '"jailhouse,cell"').replace('status = "disabled";', '');

const systems = {
  rpi4: {
    rootCell: 'configs/rpi4.c',
    cells: [{ config: 'configs/rpi4-linux-demo.c', linux: { deviceTree: 'dts/guest.dts' } }],
    board: { deviceTree: 'dts/board.dts' },
  },
};

let client: LspClient;

async function start(capabilities = {}): Promise<void> {
  const fs = new MemoryFileSystem({
    ...rpi4Files(),
    [boardTree]: boardText,
    [guestTree]: guestText,
    [stranger]: 'this is no device tree',
    [project]: JSON.stringify({ revision: 14, systems }, undefined, 1),
  });
  client = await LspClient.start(new Workspace(fs), fs, { folders: ['/work'], ...capabilities });
}

const codes = (path: string): readonly unknown[] => client.last(path)?.diagnostics.map(({ code }) => code) ?? [];

async function hoverAt(path: string, text: string, what: string): Promise<string | undefined> {
  const line = lineOf(text, what);
  const character = (text.split('\n')[line] ?? '').indexOf(what) + 1;
  const hover: Hover | null = await client.connection.sendRequest('textDocument/hover', {
    textDocument: { uri: uriOf(path) },
    position: { line, character },
  });
  return (hover?.contents as MarkupContent | undefined)?.value;
}

afterEach(async () => {
  expect(client.logged).toEqual([]);
  await client.stop();
});

describe('device trees in the editor', () => {
  it('show their mistakes when they belong to a system, whether they are open or not', async () => {
    await start();
    await client.open(boardTree, replaced(boardText, 'reg = <0x7e215040 0x40>;', 'reg = <0x7e215040 0x40>'));
    await client.until(() => codes(boardTree).includes('dts-syntax'));
    await client.edit(boardTree, boardText);
    await client.until(() => !codes(boardTree).includes('dts-syntax'));
  });

  it('are left alone when they belong to none', async () => {
    await start();
    await client.open(stranger, 'this is no device tree');
    // The same text is full of mistakes where a system reads it.
    await client.open(boardTree, 'this is no device tree');
    await client.until(() => codes(boardTree).includes('dts-syntax'));
    await client.quiet();
    expect(codes(stranger)).toEqual([]);
  });

  it('leave mistakes in their language to another extension that is there', async () => {
    const capabilities = { ...pushing, experimental: { devicetreeChecked: true } };
    await start({ capabilities });
    const broken = replaced(boardText, 'reg = <0x7e215040 0x40>;', 'reg = <0x7e215040 0x40>');
    await client.open(boardTree, broken);
    await client.open(linux, replaced(rpi4Files()[linux] ?? '', '.cpus = { 0b1100 }', '.cpus = { 0b11000 }'));
    await client.until(() => codes(linux).length > 0);
    await client.quiet();
    expect(codes(boardTree)).toEqual([]);
  });

  it('answer a client that pulls with what the configs say of them, too', async () => {
    await start({ capabilities: pulling });
    // The maintenance interrupt of the tree is not that of the config.
    const text = replaced(boardText, 'interrupts = <1 9 0xf04>', 'interrupts = <1 9 0xf04>, <1 9 0xf04');
    await client.open(boardTree, text);
    const report = await client.connection.sendRequest<{ items: { code: string }[] }>('textDocument/diagnostic', {
      textDocument: { uri: uriOf(boardTree) },
    });
    expect(report.items.map(({ code }) => code)).toContain('dts-syntax');
  });

  it('say on hover which ARM addresses a reg means, and who has them', async () => {
    await start();
    await client.open(boardTree, boardText);
    const reg = await hoverAt(boardTree, boardText, '0x7e215040 0x40');
    expect(reg).toContain('ARM address 0xfe215040-0xfe21507f');
    expect(reg).toContain('Bus address 0x7e215040');
    expect(reg?.replaceAll('\\', '')).toContain('The root cell "rpi4": mem_regions[9]');
    expect(reg?.replaceAll('\\', '')).toContain('ROOTSHARED');
    const interrupt = await hoverAt(boardTree, boardText, '0 93 4');
    expect(interrupt?.replaceAll('\\', '')).toContain('INTID 125 (SPI 93)');
    expect(await hoverAt(boardTree, boardText, '"simple-bus"')).toBeUndefined();
  });

  it("say on hover of a guest's tree where the cell has the addresses", async () => {
    await start();
    await client.open(guestTree, guestText);
    const reg = (await hoverAt(guestTree, guestText, '0x7e215040 0x40'))?.replaceAll('\\', '');
    expect(reg).toContain('Guest address 0xfe215040');
    expect(reg).toContain('Cell "rpi4-linux-demo": mem_regions[9]');
    expect(reg).not.toContain('root cell');
  });
});

describe('jailhouse.json', () => {
  it('completes paths of files that exist', async () => {
    await start();
    const text = '{ "systems": { "a": { "rootCell": "configs/", "board": { "deviceTree": "" } } } }';
    await client.open(project, text);
    const at = async (what: string): Promise<readonly string[]> => {
      const character = text.indexOf(what) + what.length;
      const items: CompletionItem[] = await client.connection.sendRequest('textDocument/completion', {
        textDocument: { uri: uriOf(project) },
        position: { line: 0, character },
      });
      return items.map(({ label }) => label).sort();
    };
    expect(await at('"configs/')).toEqual(['configs/rpi4-inmate-demo.c', 'configs/rpi4-linux-demo.c', 'configs/rpi4.c']);
    expect(await at('"deviceTree": "')).toEqual(['configs/', 'dts/']);
    expect(await at('"systems')).toEqual([]);
  });

  it('says which named file does not exist', async () => {
    await start();
    await client.open(project, JSON.stringify({ systems: { a: { rootCell: 'configs/rpi4.c', board: { configTxt: 'boot/config.txt' } } } }));
    await client.until(() => codes(project).includes('project-file'));
    expect(client.last(project)?.diagnostics[0]?.message).toContain('config.txt does not exist');
  });
});

it('an edit of a device tree is checked with the configs at once', async () => {
  await start();
  await client.open(boardTree, boardText);
  await client.open(linux, rpi4Files()[linux] ?? '');
  await client.quiet();
  await client.edit(boardTree, replaced(boardText, 'interrupt-controller;', 'interrupt-controller'));
  await client.until(() => codes(boardTree).includes('dts-syntax'));
  // What the configs said with the last good tree stays as it was.
  expect(codes(linux)).toEqual([]);
});

it('a tree that is typed from its beginning: every request is answered, and the configs keep what was said of them', async () => {
  await start();
  await client.open(boardTree, boardText);
  await client.open(linux, replaced(rpi4Files()[linux] ?? '', '.cpus = { 0b1100 }', '.cpus = { 0b11000 }'));
  await client.until(() => codes(linux).length > 0);
  await client.quiet();
  const before = codes(linux);
  for (let end = 0; end < boardText.length - 2; end += 61) {
    const text = boardText.slice(0, end);
    await client.edit(boardTree, text);
    const lines = text.split('\n');
    const position = { line: lines.length - 1, character: (lines.at(-1) ?? '').length };
    const textDocument = { uri: uriOf(boardTree) };
    await client.connection.sendRequest('textDocument/hover', { textDocument, position });
    const range = { start: { line: 0, character: 0 }, end: position };
    const actions = await client.connection.sendRequest('textDocument/codeAction', { textDocument, range, context: { diagnostics: [] } });
    expect(Array.isArray(actions) || actions === null).toBe(true);
    expect(codes(linux), text).toEqual(before);
  }
  await client.edit(boardTree, boardText);
  await client.until(() => codes(boardTree).every((code) => code !== 'dts-syntax'));
  await client.quiet();
  expect(codes(linux)).toEqual(before);
});
