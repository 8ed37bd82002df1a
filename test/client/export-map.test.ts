import type { MapExportParams, MemoryMapParams } from '@jailhouse-cells/protocol/map-messages.ts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { exportMap } from '../../client/export-map.ts';
import type { Server } from '../../client/server.ts';

/** What the user chooses, and what became of it. */
const editor = vi.hoisted(() => ({
  form: 'PNG' as string | undefined,
  target: '/w/rpi4-map.png' as string | undefined,
  offered: [] as string[],
  suggested: '',
  written: new Map<string, Uint8Array>(),
  messages: [] as string[],
}));

vi.mock('vscode', () => {
  const uri = (path: string) => ({ path, fsPath: path });
  return {
    ProgressLocation: { Notification: 15 },
    Uri: {
      parse: (text: string) => uri(text.replace('file://', '')),
      joinPath: (base: { path: string }, _up: string, name: string) => uri(`${base.path.slice(0, base.path.lastIndexOf('/'))}/${name}`),
    },
    commands: { executeCommand: () => Promise.resolve() },
    window: {
      showQuickPick: (items: readonly { label: string }[]) => {
        editor.offered = items.map(({ label }) => label);
        return Promise.resolve(items.find(({ label }) => label === editor.form));
      },
      showSaveDialog: ({ defaultUri }: { defaultUri: { path: string } }) => {
        editor.suggested = defaultUri.path;
        return Promise.resolve(editor.target === undefined ? undefined : uri(editor.target));
      },
      withProgress: (_options: unknown, task: () => Promise<unknown>) => task(),
      showInformationMessage: (text: string) => Promise.resolve(void editor.messages.push(text)),
      showErrorMessage: (text: string) => Promise.resolve(void editor.messages.push(text)),
    },
    workspace: {
      fs: { writeFile: ({ path }: { path: string }, bytes: Uint8Array) => Promise.resolve(void editor.written.set(path, bytes)) },
    },
  };
});

const map: MemoryMapParams = { uri: 'file:///w/rpi4.c', whatIf: { variant: '4GiB' } };

describe('the export of the memory map', () => {
  const asked: MapExportParams[] = [];
  const server = {
    start: () =>
      Promise.resolve({
        request: (_method: string, params: MapExportParams) => {
          asked.push(params);
          return Promise.resolve({ system: 'rpi4', rootUri: 'file:///w/configs/rpi4.c', text: '<svg/>' });
        },
      }),
  } as unknown as Server;
  const opened: string[] = [];
  const page = (drawPng: (svg: string) => Promise<Uint8Array>) => (rootUri: string) => {
    opened.push(rootUri);
    return Promise.resolve({ drawPng });
  };
  const picture = page((svg) => Promise.resolve(new TextEncoder().encode(`picture of ${svg}`)));
  const text = (path: string) => new TextDecoder().decode(editor.written.get(path));
  beforeEach(() => {
    Object.assign(editor, { form: 'PNG', target: '/w/rpi4-map.png', offered: [], suggested: '', messages: [] });
    editor.written.clear();
    asked.length = 0;
    opened.length = 0;
  });

  it('writes a PNG that the page has drawn of the SVG, of the map as it is shown', async () => {
    await exportMap(server, map, picture);
    expect(editor.offered).toEqual(['SVG', 'PNG', 'Markdown', 'JSON']);
    expect(asked).toEqual([{ ...map, form: 'svg' }]);
    expect(opened).toEqual(['file:///w/configs/rpi4.c']);
    expect(editor.suggested).toBe('/w/configs/rpi4-map.png');
    expect(text('/w/rpi4-map.png')).toBe('picture of <svg/>');
    expect(editor.messages).toEqual(['Wrote /w/rpi4-map.png.']);
  });

  it('writes what the server sends, without a page', async () => {
    editor.form = 'SVG';
    await exportMap(server, map, picture);
    expect(text('/w/rpi4-map.png')).toBe('<svg/>');
    expect(opened).toEqual([]);
  });

  it('writes nothing and says why when there is no picture', async () => {
    await exportMap(
      server,
      map,
      page(() => Promise.reject(new Error('too large'))),
    );
    expect(editor.messages).toEqual(['The memory map was not exported: too large']);
    expect(editor.written.size).toBe(0);
  });

  it('writes and draws nothing when the user gives no file', async () => {
    editor.target = undefined;
    await exportMap(server, map, picture);
    expect([editor.written.size, opened.length, editor.messages.length]).toEqual([0, 0, 0]);
  });
});
