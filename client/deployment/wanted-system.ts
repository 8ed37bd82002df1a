import { type Deployment, type DeploymentMessage, type Explain, fromMessage } from '@jailhouse-cells/deploy/from-message.ts';
import {
  type DeploymentParams,
  type DeploymentResult,
  deploymentRequest,
  type ExplainParams,
  type ExplainResult,
  explainRequest,
} from '@jailhouse-cells/protocol/deployment-messages.ts';
import { commands, Uri, window, workspace } from 'vscode';
import type { Server } from '../server.ts';

/** A system as the editor has it now, with all of its sources saved. */
export interface WantedSystem {
  readonly deployment: Deployment;
  readonly rootUri: string;
  readonly explain: Explain;
}

/** Saves the sources of a system and asks the server for it. Undefined: it cannot be had, and the user was told. */
export async function wantedSystem(server: Server, uri: string): Promise<WantedSystem | undefined> {
  try {
    const connection = await server.start();
    const params: DeploymentParams = { uri };
    const ask = () => connection.request<DeploymentResult>(deploymentRequest, params);
    let result = await ask();
    if (result.ok && result.unsaved.length > 0) {
      const name = await saveAll(result.unsaved);
      if (name !== undefined) {
        await window.showErrorMessage(`${name} was not saved: what is deployed has to be what is on disk.`);
        return undefined;
      }
      result = await ask();
    }
    if (!result.ok) {
      await window.showErrorMessage(result.reason);
      return undefined;
    }
    const { rootUri } = result;
    return { deployment: fromMessage(result.deployment as DeploymentMessage), rootUri, explain: explainWith(server, rootUri) };
  } catch (error) {
    const choice = await window.showErrorMessage(
      `The language server gave no deployment: ${error instanceof Error ? error.message : String(error)}`,
      'Show Output',
    );
    if (choice !== undefined) await commands.executeCommand('jailhouseCells.showOutput');
    return undefined;
  }
}

/** Asks the server what an output means for a system; without a server nothing is known. */
export function explainWith(server: Server, rootUri: string): Explain {
  return async (text) => {
    try {
      const connection = await server.start();
      const params: ExplainParams = { uri: rootUri, text };
      return (await connection.request<ExplainResult>(explainRequest, params)).meanings;
    } catch {
      return [];
    }
  };
}

/** @returns The name of a document that was not saved; undefined: all were. */
async function saveAll(uris: readonly string[]): Promise<string | undefined> {
  for (const uri of uris) {
    const wanted = Uri.parse(uri).toString();
    const document = workspace.textDocuments.find((candidate) => candidate.uri.toString() === wanted);
    if (document?.isDirty === true && !(await document.save())) return workspace.asRelativePath(document.uri);
  }
  return undefined;
}
