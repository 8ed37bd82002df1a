import {
  type MapExportForm,
  type MapExportParams,
  type MapExportResult,
  type MemoryMapParams,
  mapExportRequest,
  type NoMemoryMap,
} from '@jailhouse-cells/protocol/map-messages.ts';
import { commands, ProgressLocation, type QuickPickItem, Uri, window, workspace } from 'vscode';
import type { Server } from './server.ts';

interface FormItem extends QuickPickItem {
  /** What the server writes. */
  readonly form: MapExportForm;
  readonly ending: string;
  /** The page of the map draws a picture of it. */
  readonly isDrawn?: boolean;
}

/** Lets a page of the map draw a PNG of an SVG; throws what keeps it from that. */
export interface PngDrawer {
  drawPng(svg: string): Promise<Uint8Array>;
}

const forms: readonly FormItem[] = [
  { form: 'svg', ending: 'svg', label: 'SVG', description: 'a drawing, for light and dark pages' },
  { form: 'svg', ending: 'png', label: 'PNG', description: 'a picture, light or dark as the editor is', isDrawn: true },
  { form: 'markdown', ending: 'md', label: 'Markdown', description: 'a table of blocks and free gaps, and the collisions' },
  { form: 'json', ending: 'json', label: 'JSON', description: 'all of it, for programs' },
];

/**
 * `Jailhouse: Export Memory Map`: asks for form and file, and writes the map there.
 *
 * @param map The map in front of the user as it is shown, else any file of a system.
 * @param openPage The page of a system, opened where there is none: it draws pictures.
 */
export async function exportMap(
  server: Server,
  map: MemoryMapParams | undefined,
  openPage: (rootUri: string, system: string) => Promise<PngDrawer>,
): Promise<void> {
  if (map === undefined) {
    await window.showInformationMessage('Open a Jailhouse config or a memory map first: the map of its system is exported.');
    return;
  }
  const item = await window.showQuickPick(forms, { title: 'Export Memory Map', placeHolder: 'Form of the file' });
  if (item === undefined) return;
  try {
    const connection = await server.start();
    const params: MapExportParams = { ...map, form: item.form };
    const answer = await connection.request<MapExportResult | NoMemoryMap>(mapExportRequest, params);
    if ('reason' in answer) {
      await window.showInformationMessage(answer.reason);
      return;
    }
    const target = await window.showSaveDialog({
      title: 'Export Memory Map',
      defaultUri: Uri.joinPath(Uri.parse(answer.rootUri), '..', `${fileName(answer.system)}-map.${item.ending}`),
      filters: { [item.label]: [item.ending] },
    });
    if (target === undefined) return;
    const bytes =
      item.isDrawn === true
        ? await window.withProgress({ location: ProgressLocation.Notification, title: 'Drawing the memory map …' }, async () =>
            (await openPage(answer.rootUri, answer.system)).drawPng(answer.text),
          )
        : new TextEncoder().encode(answer.text);
    await workspace.fs.writeFile(target, bytes);
    const choice = await window.showInformationMessage(`Wrote ${target.fsPath}.`, 'Open');
    if (choice !== undefined) await commands.executeCommand('vscode.open', target);
  } catch (error) {
    await window.showErrorMessage(`The memory map was not exported: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A system may be named in jailhouse.json as its author likes. */
function fileName(system: string): string {
  return system.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'memory';
}
