import type { BoardDevice } from '../../board/board.ts';
import type { TreeNode } from '../../devicetree/model.ts';
import { pathOf, property } from '../../devicetree/tree-access.ts';
import { addProperty, replaceValue } from '../../fixes/tree-edits.ts';
import type { Fix, TextEdit } from '../../source/finding.ts';
import type { BoardContext } from '../rule.ts';

/**
 * Gives a node of the board's tree a property: in the last overlay that is a text, since the tree itself often comes with a kernel; else in the
 * tree's own text. Undefined where all of it is blobs.
 */
export function writeInTree({ files, text }: BoardContext, node: TreeNode, name: string, value: string): TextEdit | undefined {
  const written = property(node, name);
  const own = written?.span.file;
  const overlay = files.overlays.findLast((path) => text(path) !== undefined);
  // A later fragment wins, but two lines for one property in one file read badly.
  if (
    written !== undefined &&
    own !== undefined &&
    node.places.length > 0 &&
    text(own) !== undefined &&
    (overlay === undefined || own === overlay)
  )
    return replaceValue(written, value);
  if (overlay !== undefined) {
    const source = text(overlay) ?? '';
    const line = source.includes('\r\n') ? '\r\n' : '\n';
    const before = source === '' || source.endsWith('\n') ? line : `${line}${line}`;
    const at = { file: overlay, start: source.length, end: source.length };
    return { span: at, newText: `${before}&{${pathOf(node)}} {${line}\t${name} = ${value};${line}};${line}` };
  }
  return addProperty(node, `${name} = ${value};`, text);
}

/** `Disable serial@7e201000 in the device tree of the board`: which side shall have the devices is the author's to say. */
export function disableDevices(context: BoardContext, devices: readonly BoardDevice[]): readonly Fix[] {
  const edits: TextEdit[] = [];
  for (const { node } of devices) {
    const edit = node && writeInTree(context, node, 'status', '"disabled"');
    if (edit === undefined) return [];
    edits.push(edit);
  }
  const names = devices.map(({ name }) => name);
  const title = `Disable ${names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`} in the device tree of the board`;
  return edits.length === 0 ? [] : [{ title, edits, needsChoice: true }];
}
