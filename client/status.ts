import { type DocumentStatus, statusNotification } from '@jailhouse-cells/protocol/messages.ts';
import { commands, Disposable, type LanguageStatusItem, LanguageStatusSeverity, languages, window } from 'vscode';
import type { Server } from './server.ts';
import { statusText } from './status-text.ts';

const severities = {
  error: LanguageStatusSeverity.Error,
  warning: LanguageStatusSeverity.Warning,
  information: LanguageStatusSeverity.Information,
} as const;

/** Says beside the language of the document what is being checked, against which headers, revision and system. */
export function showStatus(server: Server): Disposable {
  let latest: DocumentStatus | undefined;
  let item: LanguageStatusItem | undefined;

  const show = () => {
    const content = describe(server, latest);
    commands.executeCommand(
      'setContext',
      'jailhouseCells.configActive',
      server.state === 'running' && (latest?.kind === 'system' || latest?.kind === 'cell'),
    );
    if (content === undefined) {
      // There is no hiding one: a document that is no config has no item.
      item?.dispose();
      item = undefined;
      return;
    }
    item ??= languages.createLanguageStatusItem('jailhouseCells.status', [
      { language: 'c' },
      { pattern: '**/*.{h,cell,dts,dtsi,dtso,overlay,txt}' },
    ]);
    item.name = 'Jailhouse Cells';
    item.text = content.text;
    item.detail = content.detail;
    item.severity = severities[content.severity];
    item.busy = server.state === 'starting';
    item.command = content.command;
  };

  server.onConnection((connection) => {
    connection.onNotification<DocumentStatus>(statusNotification, (status) => {
      latest = status;
      show();
    });
  });
  return Disposable.from(
    server.onDidChangeState(show),
    window.onDidChangeActiveTextEditor((editor) => {
      // Until the server says something of the new document, the old one's status would be a lie.
      if (editor !== undefined && editor.document.uri.toString() !== latest?.uri) {
        latest = undefined;
        show();
      }
    }),
    new Disposable(() => item?.dispose()),
  );
}

function describe(server: Server, status: DocumentStatus | undefined) {
  const output = { title: 'Show Output', command: 'jailhouseCells.showOutput' };
  switch (server.state) {
    case 'idle':
      return undefined;
    case 'starting':
      return { text: 'Jailhouse', detail: 'starting the language server', severity: 'information', command: output } as const;
    case 'failed':
      return {
        text: 'Jailhouse: not checking',
        detail: 'the language server has stopped',
        severity: 'error',
        command: { title: 'Restart', command: 'jailhouseCells.restartServer' },
      } as const;
    case 'running': {
      const content = status === undefined ? undefined : statusText(status);
      return content === undefined ? undefined : { ...content, command: output };
    }
  }
}
