import { constantsWithPrefix } from '@jailhouse-cells/core/abi/table.ts';
import { revisions } from '@jailhouse-cells/core/settings/settings.ts';
import type { Revision } from '@jailhouse-cells/core/workspace/settings.ts';

/** What the header of a revision calls numbers: the names of its constants without their common front. */
export class Names {
  private readonly revision: Revision;
  private readonly tables = new Map<string, readonly (readonly [bigint, string])[]>();

  /** A revision without a built-in table is read with the nearest one. */
  constructor(revision: number) {
    this.revision = revisions.findLast((known) => known <= revision) ?? 10;
  }

  /** Names of the set bits, low to high; bits without a name as one hex number at the end. `not`: fronts of other families. */
  flags(prefix: string, value: bigint | number, not: readonly string[] = []): readonly string[] {
    let rest = BigInt(value);
    const names: string[] = [];
    for (const [bit, name] of this.table(prefix)) {
      if (bit === 0n || (bit & (bit - 1n)) !== 0n || not.some((front) => name.startsWith(front)) || (rest & bit) === 0n) continue;
      names.push(name);
      rest &= ~bit;
    }
    if (rest !== 0n) names.push(`0x${rest.toString(16)}`);
    return names;
  }

  /** The name of one number, or the number itself in hex. */
  name(prefix: string, value: bigint | number): string {
    const wanted = BigInt(value);
    const found = this.table(prefix).find(([number]) => number === wanted);
    return found?.[1] ?? `0x${wanted.toString(16)}`;
  }

  private table(prefix: string): readonly (readonly [bigint, string])[] {
    let table = this.tables.get(prefix);
    if (table === undefined) {
      const entries = constantsWithPrefix(prefix, this.revision).flatMap(({ name, value }) =>
        typeof value === 'bigint' ? [[value, name.slice(prefix.length)] as const] : [],
      );
      table = entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.tables.set(prefix, table);
    }
    return table;
  }
}
