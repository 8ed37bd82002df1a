import { posix } from 'node:path';
import { findNodeAtLocation, modify, type Node, parseTree } from 'jsonc-parser';
import { Range, Uri, WorkspaceEdit, window, workspace } from 'vscode';

/** Offers to name a snapshot in the jailhouse.json of a system. True: it is named there now. */
export async function nameSnapshot(rootUri: string, snapshot: Uri): Promise<boolean> {
  const found = await projectOf(rootUri);
  if (found === undefined) return false;
  const { document, system } = found;
  const path = posix.relative(posix.dirname(document.uri.path), snapshot.path);
  const yes = 'Add to jailhouse.json';
  const choice = await window.showInformationMessage(
    `Checks go by the snapshot when jailhouse.json names it: "snapshot": "${path}" in the board of ${system}.`,
    yes,
  );
  if (choice !== yes) return false;
  const text = document.getText();
  const edits = modify(text, ['systems', system, 'board', 'snapshot'], path, {
    formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n' },
  });
  const edit = new WorkspaceEdit();
  for (const { offset, length, content } of edits) {
    edit.replace(document.uri, new Range(document.positionAt(offset), document.positionAt(offset + length)), content);
  }
  return (await workspace.applyEdit(edit)) && (await document.save());
}

/** The jailhouse.json above a system config that names it, and the name of the system in it. */
async function projectOf(rootUri: string) {
  const root = Uri.parse(rootUri);
  for (let folder = posix.dirname(root.path); ; folder = posix.dirname(folder)) {
    const uri = root.with({ path: posix.join(folder, 'jailhouse.json') });
    const document = await workspace.openTextDocument(uri).then(
      (opened) => opened,
      () => undefined,
    );
    const system = document && systemNamed(document.getText(), posix.relative(folder, root.path));
    if (document !== undefined && system !== undefined) return { document, system };
    if (folder === posix.dirname(folder)) return undefined;
  }
}

/** The system whose root cell is a file; undefined also where its board is no object that a member could be added to. */
export function systemNamed(text: string, rootCell: string): string | undefined {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const systems = tree && findNodeAtLocation(tree, ['systems']);
  for (const property of systems?.type === 'object' ? (systems.children ?? []) : []) {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) continue;
    const stated = stringAt(value, 'rootCell');
    const board = findNodeAtLocation(value, ['board']);
    if (stated !== undefined && posix.normalize(stated) === rootCell && (board === undefined || board.type === 'object'))
      return String(key.value);
  }
  return undefined;
}

function stringAt(node: Node, name: string): string | undefined {
  const value: unknown = findNodeAtLocation(node, [name])?.value;
  return typeof value === 'string' ? value : undefined;
}
