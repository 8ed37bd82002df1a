import { type BuildParams, type BuildResult, buildRequest } from '@jailhouse-cells/protocol/messages.ts';
import { commands, type TextDocument, Uri, window, workspace } from 'vscode';
import type { Server } from './server.ts';

/** `Jailhouse: Build Cell`: writes the `.cell` of the config in the active editor, or of the one named by a menu. */
export async function buildCell(server: Server, resource: unknown): Promise<void> {
  const document = await documentToBuild(resource);
  if (document === undefined) {
    await window.showInformationMessage('Open a Jailhouse cell or system configuration first; its .cell file is built from it.');
    return;
  }
  // The .cell shall be that of the text on disk, as a compiler would make it.
  if (document.isDirty && !document.isUntitled && !(await document.save())) return;
  try {
    const connection = await server.start();
    const build = (force: boolean) => {
      const params: BuildParams = { uri: document.uri.toString(), force };
      return connection.request<BuildResult>(buildRequest, params);
    };
    const result = await build(false);
    if (result.ok) await offerResult(result);
    else if (await offerProblems(result)) {
      const forced = await build(true);
      if (forced.ok) await offerResult(forced);
      else await window.showErrorMessage(forced.message);
    }
  } catch (error) {
    const choice = await window.showErrorMessage(
      `The language server could not build: ${error instanceof Error ? error.message : String(error)}`,
      'Show Output',
    );
    if (choice !== undefined) await commands.executeCommand('jailhouseCells.showOutput');
  }
}

async function documentToBuild(resource: unknown): Promise<TextDocument | undefined> {
  if (resource instanceof Uri) return workspace.openTextDocument(resource);
  // An item of the view of systems.
  if (typeof resource === 'object' && resource !== null && 'resourceUri' in resource && resource.resourceUri instanceof Uri) {
    return workspace.openTextDocument(resource.resourceUri);
  }
  const document = window.activeTextEditor?.document;
  return document?.languageId === 'c' ? document : undefined;
}

async function offerResult(result: BuildResult & { ok: true }): Promise<void> {
  const uri = Uri.file(result.path);
  const choice = await window.showInformationMessage(`Built ${result.path} (${result.bytes} bytes).`, 'Open', 'Reveal');
  if (choice === 'Open') await commands.executeCommand('vscode.open', uri);
  if (choice === 'Reveal') {
    await commands.executeCommand(workspace.getWorkspaceFolder(uri) === undefined ? 'revealFileInOS' : 'revealInExplorer', uri);
  }
}

/** True when the user wants the file in spite of the errors. */
async function offerProblems(result: BuildResult & { ok: false }): Promise<boolean> {
  if (result.errors === 0) {
    await window.showErrorMessage(result.message);
    return false;
  }
  const choice = await window.showErrorMessage(result.message, 'Show Problems', 'Build Anyway');
  if (choice === 'Show Problems') await commands.executeCommand('workbench.actions.view.problems');
  return choice === 'Build Anyway';
}
