/** Lines around a change. */
const context = 3;

interface Change {
  readonly kind: ' ' | '-' | '+';
  readonly line: string;
}

/** The difference of two texts as `diff -u` and `git apply` write and read it; empty when there is none. `oldName` and `newName` go into the head. */
export function unifiedDiff(oldName: string, newName: string, before: string, after: string): string {
  if (before === after) return '';
  const changes = compare(splitLines(before), splitLines(after));
  const out = [`--- ${oldName}`, `+++ ${newName}`];
  let oldLine = 1;
  let newLine = 1;
  let at = 0;
  while (at < changes.length) {
    if (changes[at]?.kind === ' ') {
      oldLine++;
      newLine++;
      at++;
      continue;
    }
    const start = Math.max(0, at - context);
    let end = at;
    // A hunk goes on while the next change is near.
    for (let next = at; next < changes.length && next - end <= 2 * context; next++) if (changes[next]?.kind !== ' ') end = next + 1;
    const hunk = changes.slice(start, Math.min(changes.length, end + context));
    const firstOld = oldLine - (at - start);
    const firstNew = newLine - (at - start);
    const oldCount = hunk.filter(({ kind }) => kind !== '+').length;
    const newCount = hunk.filter(({ kind }) => kind !== '-').length;
    out.push(`@@ -${rangeText(firstOld, oldCount)} +${rangeText(firstNew, newCount)} @@`);
    for (const { kind, line } of hunk) {
      out.push(`${kind}${line.endsWith('\n') ? line.slice(0, -1) : line}`);
      if (!line.endsWith('\n')) out.push('\\ No newline at end of file');
    }
    for (const { kind } of changes.slice(at, start + hunk.length)) {
      if (kind !== '+') oldLine++;
      if (kind !== '-') newLine++;
    }
    at = start + hunk.length;
  }
  return `${out.join('\n')}\n`;
}

function rangeText(first: number, count: number): string {
  return `${count === 0 ? first - 1 : first},${count}`;
}

/** Lines with their breaks. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** The shortest way from one list of lines to the other (Myers 1986), after what both begin and end with. */
function compare(a: readonly string[], b: readonly string[]): readonly Change[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const same = (lines: readonly string[]): Change[] => lines.map((line) => ({ kind: ' ', line }));
  const middle = shortest(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return [...same(a.slice(0, head)), ...middle, ...same(a.slice(a.length - tail))];
}

function shortest(a: readonly string[], b: readonly string[]): Change[] {
  const limit = a.length + b.length;
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let steps = 0; steps <= limit; steps++) {
    trace.push(new Map(reach));
    for (let k = -steps; k <= steps; k += 2) {
      const down = k === -steps || (k !== steps && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      reach.set(k, x);
      if (x >= a.length && y >= b.length) return walkBack(a, b, trace, steps);
    }
    reach = new Map(reach);
  }
  return [];
}

function walkBack(a: readonly string[], b: readonly string[], trace: readonly Map<number, number>[], steps: number): Change[] {
  const changes: Change[] = [];
  let x = a.length;
  let y = b.length;
  for (let step = steps; step >= 0; step--) {
    const reach = trace[step] as Map<number, number>;
    const k = x - y;
    const down = k === -step || (k !== step && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const previous = down ? k + 1 : k - 1;
    const fromX = reach.get(previous) ?? 0;
    const fromY = fromX - previous;
    while (x > fromX && y > fromY) {
      x--;
      y--;
      changes.push({ kind: ' ', line: a[x] as string });
    }
    if (step === 0) break;
    if (down) changes.push({ kind: '+', line: b[--y] as string });
    else changes.push({ kind: '-', line: a[--x] as string });
  }
  return changes.reverse();
}
