import type { Span } from '../source/span.ts';
import type { NodePlace, TreeNode, TreeProperty } from './model.ts';

/** A node while its tree is put together: by the parser, the blob reader, the overlay applier. Whoever gets the tree sees a `TreeNode`. */
export class BuiltNode implements TreeNode {
  labels: string[] = [];
  properties: TreeProperty[] = [];
  children: BuiltNode[] = [];
  places: NodePlace[] = [];

  constructor(
    readonly name: string,
    public parent: BuiltNode | undefined,
    readonly span: Span,
  ) {}
}
