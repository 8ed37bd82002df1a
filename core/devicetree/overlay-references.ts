import { FixedLookup, lookUpPath, phandleAmong, readCell, writeCell } from './libfdt-lookup.ts';
import type { MergedTree } from './merged-tree.ts';
import type { DeviceTree, TreeNode, TreeProperty } from './model.ts';
import type { FixupPlace, OverlayProblems } from './overlay-problems.ts';
import { nodesBelow, property, stringsOf } from './tree-access.ts';

/** An overlay with its phandles renumbered and its references into the base resolved: libfdt's first three steps (fdt_overlay.c). */
export class ResolvedOverlay {
  readonly lookup: FixedLookup;
  /** Values that differ from the overlay's own. */
  private readonly values = new Map<TreeProperty, Uint8Array>();
  /** Properties with a reference that leads nowhere, and is told. */
  readonly unresolved = new Set<TreeProperty>();

  constructor(
    readonly overlay: DeviceTree,
    base: MergedTree,
    private readonly problems: OverlayProblems,
  ) {
    this.lookup = new FixedLookup(overlay.root);
    this.renumber(base.highestPhandle);
    this.followRenumbering(base.highestPhandle);
    this.resolveSymbols(base);
  }

  valueOf(of: TreeProperty): Uint8Array {
    return this.values.get(of) ?? of.value;
  }

  /** As it goes into the base: with the overlay's spans. */
  resolved(of: TreeProperty): TreeProperty {
    const value = this.values.get(of);
    return value === undefined ? of : { ...of, value };
  }

  private patch(of: TreeProperty, at: number, cell: number): void {
    let value = this.values.get(of);
    if (value === undefined) {
      value = of.value.slice();
      this.values.set(of, value);
    }
    writeCell(value, at, cell);
  }

  /** Phandles of the overlay come after those of the base. */
  private renumber(delta: number): void {
    for (const node of nodesBelow(this.overlay.root))
      for (const name of ['phandle', 'linux,phandle']) {
        const found = property(node, name);
        if (found === undefined) continue;
        if (found.value.length !== 4) {
          this.problems.add(`The ${name} of this node has ${found.value.length} bytes instead of 4. Write it as one cell`, found.valueSpan);
          continue;
        }
        const phandle = readCell(found.value, 0) + delta;
        if (phandle >= 0xffffffff)
          this.problems.add(
            'No phandle is left for this node behind those of the base. Lower the phandles of the base tree',
            found.valueSpan,
          );
        else this.patch(found, 0, phandle);
      }
  }

  /** References within the overlay, as `__local_fixups__` lists them: the same tree, each property with the offsets of its phandles. */
  private followRenumbering(delta: number): void {
    const fixups = this.lookup.child(this.overlay.root, '__local_fixups__');
    const open: [TreeNode, TreeNode][] = fixups === undefined ? [] : [[this.overlay.root, fixups]];
    for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
      const [node, offsets] = pair;
      for (const list of offsets.properties) {
        const meant = this.lookup.property(node, list.name);
        if (meant === undefined) {
          this.problems.add(`__local_fixups__ names a property that is not there: ${list.name}. ${compileAgain}`, list.valueSpan);
          continue;
        }
        for (let at = 0; at + 4 <= list.value.length; at += 4) {
          const offset = readCell(list.value, at);
          const value = this.valueOf(meant);
          if (offset + 4 > value.length)
            this.problems.add(`__local_fixups__ names offset ${offset} of ${list.name}, which is shorter. ${compileAgain}`, list.valueSpan);
          else this.patch(meant, offset, (readCell(value, offset) + delta) >>> 0);
        }
      }
      for (const below of offsets.children) {
        const meant = this.lookup.child(node, below.name);
        if (meant === undefined)
          this.problems.add(`__local_fixups__ names a node that is not there: ${below.name}. ${compileAgain}`, below.span);
        else open.push([meant, below]);
      }
    }
  }

  /** References to labels of the base, as `__fixups__` lists them: label = "path:property:offset", … */
  private resolveSymbols(base: MergedTree): void {
    const fixups = this.lookup.child(this.overlay.root, '__fixups__');
    if (fixups === undefined) return;
    const symbols = base.child(base.root, '__symbols__');
    const names = symbols?.properties.map(({ name }) => name);
    for (const fixup of fixups.properties) {
      const places = stringsOf(fixup).flatMap((text) => this.placeOf(text, fixup) ?? []);
      const [path] = stringsOf(symbols && base.property(symbols, fixup.name));
      const target = path === undefined ? undefined : lookUpPath(base, path);
      const phandle = target === undefined ? 0 : phandleAmong((name) => base.property(target, name));
      if (phandle !== 0) for (const { at, offset } of places) this.patch(at, offset, phandle);
      else {
        for (const { at } of places) this.unresolved.add(at);
        this.problems.addSymbol(fixup, places, names, path, target !== undefined);
      }
    }
  }

  private placeOf(text: string, fixup: TreeProperty): FixupPlace | undefined {
    const [, path, name, digits] = /^([^:]*):([^:]*):(\d+)$/.exec(text) ?? [];
    const node = path === undefined || path === '' ? undefined : lookUpPath(this.lookup, path);
    const at = node && name !== undefined ? this.lookup.property(node, name) : undefined;
    const offset = Number(digits);
    if (at !== undefined && offset + 4 <= at.value.length) return { at, offset };
    const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
    this.problems.add(`__fixups__ names a place for "${fixup.name}" that is not there: "${shown}". ${compileAgain}`, fixup.valueSpan);
    return undefined;
  }
}

const compileAgain = 'Compile the overlay again';
