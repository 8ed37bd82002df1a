import {
  type VirtualDocumentParams,
  type VirtualDocumentResult,
  virtualDocumentRequest,
  virtualDocumentScheme,
} from '@jailhouse-cells/protocol/messages.ts';
import { type Disposable, workspace } from 'vscode';
import type { Server } from './server.ts';

/** Opens the built-in headers (`jailhouse-abi:/…`) as read-only documents. */
export function provideVirtualDocuments(server: Server): Disposable {
  return workspace.registerTextDocumentContentProvider(virtualDocumentScheme, {
    async provideTextDocumentContent(uri) {
      const connection = await server.start();
      const params: VirtualDocumentParams = { uri: uri.toString() };
      const text = await connection.request<VirtualDocumentResult>(virtualDocumentRequest, params);
      if (text === null) throw new Error(`There is no built-in header ${uri.path}`);
      return text;
    },
  });
}
