/** What a ring buffer holds that it did not hold before: it may have lost its beginning meanwhile. */
export function newText(before: string, now: string): string {
  if (before === '') return now;
  if (now.startsWith(before)) return now.slice(before.length);
  // The longest end of the old text that the new one still begins with.
  for (let from = Math.max(0, before.length - now.length); from < before.length; from++) {
    if (now.startsWith(before.slice(from))) return now.slice(before.length - from);
  }
  return now;
}

/** The lines of a log behind the one that was last before; all of them where that one is gone. */
export function linesAfter(mark: string, log: string): string {
  const last = mark.replace(/\n+$/, '');
  if (last === '') return log;
  const at = log.lastIndexOf(`${last}\n`);
  return at < 0 ? log : log.slice(at + last.length + 1);
}
