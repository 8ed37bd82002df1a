import type { MapPlace } from '@jailhouse-cells/protocol/map-messages.ts';
import { Range, TextEditorRevealType, Uri, ViewColumn, window } from 'vscode';

/**
 * Shows a place in an editor, with the caret at its start.
 *
 * @param beside Column of the view that asks, which must not be covered. @param preserveFocus The keyboard stays where it is.
 */
export async function revealPlace(place: MapPlace, beside: ViewColumn | undefined, preserveFocus: boolean): Promise<void> {
  const uri = Uri.parse(place.uri);
  const open = window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
  const other = window.visibleTextEditors.find(({ viewColumn }) => viewColumn !== undefined && viewColumn !== beside);
  const free = beside === ViewColumn.One ? ViewColumn.Two : ViewColumn.One;
  const start = new Range(place.line, place.character, place.line, place.character);
  const editor = await window.showTextDocument(uri, {
    viewColumn: open?.viewColumn ?? other?.viewColumn ?? (beside === undefined ? ViewColumn.Active : free),
    preserveFocus,
    selection: start,
  });
  editor.revealRange(start, TextEditorRevealType.InCenterIfOutsideViewport);
}
