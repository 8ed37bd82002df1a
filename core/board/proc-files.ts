/** One line of /proc/iomem. */
export interface IomemEntry {
  readonly start: bigint;
  /** Bytes. */
  readonly size: bigint;
  readonly name: string;
  /** 0 for the outermost. */
  readonly depth: number;
}

const MAX_LINES = 20_000;

/**
 * Reads /proc/iomem (kernel/resource.c:r_show): two spaces for each level. Undefined where every address is 0: that is what anybody but root gets
 * to see.
 */
export function readIomem(text: string): readonly IomemEntry[] | undefined {
  const entries: IomemEntry[] = [];
  for (const line of text.split('\n', MAX_LINES)) {
    const match = /^( *)([0-9a-f]{1,16})-([0-9a-f]{1,16}) : (.*)$/.exec(line.replace(/\r$/, ''));
    if (match === null) continue;
    const start = BigInt(`0x${match[2]}`);
    const last = BigInt(`0x${match[3]}`);
    if (last >= start) entries.push({ start, size: last - start + 1n, name: match[4] as string, depth: (match[1] as string).length >> 1 });
  }
  return entries.some(({ start, size }) => start !== 0n || size !== 1n) ? entries : undefined;
}

/** The revision code of a Raspberry Pi out of /proc/cpuinfo; undefined on other boards. */
export function revisionIn(cpuinfo: string): number | undefined {
  const code = /^Revision[ \t]*:[ \t]*([0-9a-f]{1,8})[ \t]*\r?$/im.exec(cpuinfo)?.[1];
  return code === undefined ? undefined : Number.parseInt(code, 16);
}

/** `name=value` lines, as `vcgencmd get_config int` and `str` print them. */
export function readSettingLines(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split('\n', MAX_LINES)) {
    const equals = line.indexOf('=');
    const name = line.slice(0, Math.max(0, equals)).trim();
    if (/^[A-Za-z_][\w:.-]*$/.test(name)) settings.set(name, line.slice(equals + 1).trim());
  }
  return settings;
}
