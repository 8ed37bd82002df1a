import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { type CodeAction, TextDocumentEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LspClient, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { linux, linuxText, replaced, root, rootText, rpi4Files } from './rpi4-configs.ts';

let client: LspClient;

afterEach(async () => {
  expect(client.logged).toEqual([]);
  await client.stop();
});

/** The actions at the first finding of a rule, with the client's own filter. */
async function actionsAt(text: string, rule: string, only?: readonly string[]): Promise<CodeAction[]> {
  const fs = new MemoryFileSystem(rpi4Files());
  client = await LspClient.start(new Workspace(fs), fs);
  await client.open(root, rootText);
  await client.open(linux, text);
  const finding = () => client.last(linux)?.diagnostics.find(({ code }) => code === rule);
  await client.until(() => finding() !== undefined);
  return client.connection.sendRequest('textDocument/codeAction', {
    textDocument: { uri: uriOf(linux) },
    range: finding()?.range,
    context: { diagnostics: [finding()], ...(only === undefined ? {} : { only }) },
  });
}

function applied(text: string, action: CodeAction | undefined): string {
  const change = action?.edit?.documentChanges?.[0];
  if (!TextDocumentEdit.is(change)) throw new Error('the action edits no document');
  const edits = change.edits.flatMap((edit) => ('newText' in edit ? [edit] : []));
  return TextDocument.applyEdits(TextDocument.create(uriOf(linux), 'c', 1, text), edits);
}

// Wrong in two ways with one safe fix each.
const twoMistakes = replaced(
  replaced(linuxText, '.revision = JAILHOUSE_CONFIG_REVISION', '.revision = 13'),
  '.signature = JAILHOUSE_CELL_DESC_SIGNATURE',
  '.signature = "NOCEL"',
);

describe('fixing all', () => {
  it('is offered as a source action to who asks for source actions, and mends the file', async () => {
    const actions = await actionsAt(twoMistakes, 'config-revision', ['source.fixAll']);
    expect(actions.map(({ kind }) => kind)).toEqual(['source.fixAll.jailhouse']);
    expect(applied(twoMistakes, actions[0])).toBe(linuxText);
  });

  it('is left out where a client asks for quick fixes alone, or for nothing in particular', async () => {
    const kinds = (await actionsAt(twoMistakes, 'config-revision')).map(({ kind }) => kind);
    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds.every((kind) => kind === 'quickfix')).toBe(true);
  });

  it('of one rule takes each of its findings', async () => {
    const shared = ' | JAILHOUSE_MEM_ROOTSHARED';
    const without = linuxText.replaceAll(shared, '');
    const actions = await actionsAt(without, 'ivshmem-not-rootshared', ['quickfix']);
    const all = actions.find(({ title }) => title.startsWith('Fix all'));
    if (all === undefined) throw new Error(actions.map(({ title }) => title).join('\n'));
    expect(all.title).toMatch(/^Fix all \d+ of ivshmem-not-rootshared in this file$/);
    expect(applied(without, all).split('JAILHOUSE_MEM_ROOTSHARED').length).toBeGreaterThan(2);
  });
});

it('suppressing comes last and is never the preferred way', async () => {
  const actions = await actionsAt(twoMistakes, 'config-revision', ['quickfix']);
  const last = actions.at(-1);
  expect(last?.title).toBe('Suppress config-revision on this line (say why)');
  expect(last?.isPreferred).toBe(false);
  expect(applied(twoMistakes, last)).toContain('// jailhouse-cells: ignore config-revision - \n');
});
