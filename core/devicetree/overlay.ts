import type { Finding } from '../source/finding.ts';
import { lookUpPath, readCell } from './libfdt-lookup.ts';
import { type MergedNode, MergedTree } from './merged-tree.ts';
import type { DeviceTree, TreeNode, TreeProperty } from './model.ts';
import { OverlayProblems } from './overlay-problems.ts';
import { ResolvedOverlay } from './overlay-references.ts';
import { pathOf, stringsOf } from './tree-access.ts';

export interface AppliedOverlay {
  /** Without the overlay's reservations, which whoever applies overlays ignores. */
  readonly tree: DeviceTree;
  readonly findings: readonly Finding[];
  /** Properties of the base that got another value. */
  readonly replaced: readonly ReplacedProperty[];
}

export interface ReplacedProperty {
  /** In the new tree. */
  readonly node: TreeNode;
  readonly before: TreeProperty;
  readonly after: TreeProperty;
}

/**
 * The base with one overlay on it, as libfdt's fdt_overlay_apply (dtc 1.6.1) makes it; U-Boot and fdtoverlay call just that. What is new keeps
 * the overlay's spans. New nodes come first, as there; new properties last. What cannot be applied is told, and the rest is applied nevertheless.
 */
export function applyOverlay(base: DeviceTree, overlay: DeviceTree): AppliedOverlay {
  return new OverlayApplication(base, overlay).run();
}

/** Where a fragment goes. `path` is what its target-path says. */
interface Target {
  readonly node: MergedNode;
  readonly path: string | undefined;
}

class OverlayApplication {
  private readonly problems: OverlayProblems;
  private readonly merged: MergedTree;
  private readonly resolved: ResolvedOverlay;
  private readonly replaced: ReplacedProperty[] = [];

  constructor(
    private readonly base: DeviceTree,
    private readonly overlay: DeviceTree,
  ) {
    this.problems = new OverlayProblems(base.path);
    this.merged = new MergedTree(base.root);
    this.resolved = new ResolvedOverlay(overlay, this.merged, this.problems);
  }

  run(): AppliedOverlay {
    const targets = new Map<TreeNode, Target>();
    let fragments = 0;
    for (const fragment of this.overlay.root.children) {
      const content = this.resolved.lookup.child(fragment, '__overlay__');
      if (content === undefined) continue;
      fragments++;
      const target = this.targetOf(fragment);
      if (target === undefined) continue;
      targets.set(fragment, target);
      this.merge(target.node, content);
    }
    if (fragments === 0)
      this.problems.add(
        'This is no overlay: it has no fragment with an __overlay__ node, and nothing of it is applied. ' +
          'Start the source with "/dts-v1/; /plugin/;" and extend the base by &label { … } or &{/path} { … }',
        this.overlay.root.span,
      );
    this.addSymbols(targets);
    this.merged.settle();
    return { tree: { ...this.base, root: this.merged.root }, findings: this.problems.findings, replaced: this.replaced };
  }

  private targetOf(fragment: TreeNode): Target | undefined {
    const { lookup } = this.resolved;
    const byPhandle = lookup.property(fragment, 'target');
    if (byPhandle !== undefined) {
      if (this.resolved.unresolved.has(byPhandle)) return undefined;
      const value = this.resolved.valueOf(byPhandle);
      const phandle = value.length === 4 ? readCell(value, 0) : undefined;
      const node = phandle === undefined ? undefined : this.merged.nodeOf(phandle);
      if (node !== undefined) return { node, path: undefined };
      if (phandle !== 0) {
        const what = phandle === undefined ? 'is not one cell' : `leads to no node of the base: no phandle is 0x${phandle.toString(16)}`;
        this.problems.add(`The target of ${fragment.name} ${what}. Refer to a label, <&label>, or use target-path`, byPhandle.valueSpan);
        return undefined;
      }
    }
    const byPath = lookup.property(fragment, 'target-path');
    if (byPath === undefined) {
      this.problems.add(`${fragment.name} has no target. Give it target = <&label> or target-path = "/path"`, fragment.span);
      return undefined;
    }
    const [path = ''] = stringsOf(byPath);
    const node = path === '' ? undefined : lookUpPath(this.merged, path);
    if (node === undefined) {
      this.problems.missingPath(path, byPath.valueSpan);
      return undefined;
    }
    return { node, path };
  }

  private merge(target: MergedNode, content: TreeNode): void {
    // A stack of its own: hostile overlays are 10,000 deep.
    const open: [MergedNode, TreeNode][] = [[target, content]];
    for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
      const [into, from] = pair;
      for (const property of from.properties) {
        const after = this.resolved.resolved(property);
        const before = this.merged.set(into, after);
        if (before !== undefined && !sameBytes(before.value, after.value)) this.replaced.push({ node: into, before, after });
      }
      const below = from.children.map((child): [MergedNode, TreeNode] => [this.merged.childLike(into, child), child]);
      for (const next of below.reverse()) open.push(next);
    }
  }

  /** Labels that the overlay brings become symbols of the base, so that the next overlay can refer to them. */
  private addSymbols(targets: ReadonlyMap<TreeNode, Target>): void {
    const { lookup } = this.resolved;
    const from = lookup.child(this.overlay.root, '__symbols__');
    if (from === undefined) return;
    const into = this.merged.childLike(this.merged.root, from);
    for (const symbol of from.properties) {
      const [path, ...more] = stringsOf(symbol);
      if (path === undefined || more.length > 0 || symbol.value.at(-1) !== 0 || !path.startsWith('/')) {
        this.problems.add(`The symbol "${symbol.name}" of the overlay is not one path. Compile the overlay again`, symbol.valueSpan);
        continue;
      }
      const [, name, below] = /^\/([^/]*)\/__overlay__(?:$|\/(.*)$)/s.exec(path) ?? [];
      // Whatever else has a label does not come into the base.
      if (name === undefined) continue;
      const fragment = lookup.child(this.overlay.root, name);
      if (fragment === undefined || lookup.child(fragment, '__overlay__') === undefined) {
        const what = `The symbol "${symbol.name}" leads to a fragment that the overlay does not have`;
        this.problems.add(`${what}. Compile the overlay again`, symbol.valueSpan);
        continue;
      }
      const target = targets.get(fragment);
      if (target === undefined) continue;
      const start = target.path ?? pathOf(target.node);
      const text = `${start.length > 1 ? start : ''}/${below ?? ''}\0`;
      this.merged.set(into, { ...symbol, value: new TextEncoder().encode(text), parts: [] });
    }
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
