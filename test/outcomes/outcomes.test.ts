import { describe, expect, test } from 'vitest';
import { fieldsOf, fullPath } from './edit-config.ts';
import { knownDisagreements } from './known-disagreements.ts';
import { type Mutation, readMutations } from './mutation-language.ts';
import { configsOf, recreate } from './recreate.ts';
import { readRows } from './rows.ts';
import { runTimeRows } from './run-time-rows.ts';
import { tally, type Verdict } from './verdicts.ts';

const rows = readRows();
const result = tally(rows);

function inWords({ row, wanted, findings }: Verdict): string {
  const said = findings.map(({ severity, rule }) => `${severity} ${rule}`).join(', ') || 'nothing';
  return `${row.id} (${row.mutation}): due ${wanted}, said ${said}`;
}

/** The value that a field must have after `set`: the flags by name are checked as the sum of the bits that upstream gives them. */
function wantedValue(mutation: Mutation & { readonly kind: 'set' }, side: 'from' | 'to'): bigint | string {
  const bits: Readonly<Record<string, bigint>> = {
    READ: 1n,
    WRITE: 2n,
    EXECUTE: 4n,
    DMA: 8n,
    IO: 0x10n,
    COMM_REGION: 0x20n,
    LOADABLE: 0x40n,
    ROOTSHARED: 0x80n,
    NO_HUGEPAGES: 0x100n,
    IO_8: 0x10000n,
    IO_16: 0x20000n,
    IO_32: 0x40000n,
  };
  const text = mutation[side];
  if (text.startsWith('"')) return text.slice(1, -1);
  if (/^\d/.test(text)) return BigInt(text);
  return text.split(' | ').reduce((sum, name) => sum | (bits[name.replace('JAILHOUSE_MEM_', '')] as bigint), 0n);
}

describe('outcomes.tsv, made again in source', () => {
  test('has all rows, and the notes beside it name rows that are there', () => {
    expect(rows).toHaveLength(193);
    const ids = rows.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(runTimeRows)));
    expect(ids).toEqual(expect.arrayContaining(Object.keys(knownDisagreements)));
  });

  for (const row of rows) {
    test(`${row.id} changes what it says, from the value that the row starts with`, () => {
      const { workspace, paths } = recreate(row);
      const originals = recreate({ ...row, mutation: 'unchanged' });
      const mutations = readMutations(row.mutation);
      for (const [index, { key }] of configsOf(row).entries()) {
        const before = originals.workspace.check(originals.paths[index] as string).config;
        const after = workspace.check(paths[index] as string).config;
        if (before === undefined || after === undefined) throw new Error(`${paths[index]} holds no config`);
        const wanted = key === undefined ? [] : (mutations.get(key) ?? []);
        if (wanted.length === 0) expect(after.bytes).toEqual(before.bytes);
        for (const mutation of wanted) {
          if (mutation.kind === 'set') {
            const path = fullPath(before, mutation.path);
            expect({ path, value: fieldsOf(before).fields.get(path)?.value }).toEqual({
              path,
              value: valueLike(before, path, wantedValue(mutation, 'from')),
            });
            expect({ path, value: fieldsOf(after).fields.get(path)?.value }).toEqual({
              path,
              value: valueLike(after, path, wantedValue(mutation, 'to')),
            });
          } else if (mutation.kind === 'append-region' || mutation.kind === 'insert-region') {
            expect(after.memoryRegions).toHaveLength(before.memoryRegions.length + 1);
            const at = mutation.kind === 'append-region' ? before.memoryRegions.length : 6;
            expect(after.memoryRegions[at]?.physStart.value).toBe(BigInt(mutation.region.phys));
          } else if (mutation.kind === 'append-bytes') {
            const tail = new Uint8Array(mutation.count).fill(mutation.value);
            expect(Buffer.from(after.bytes).equals(Buffer.concat([before.bytes, tail]))).toBe(true);
          } else expect(after.bytes).not.toEqual(before.bytes);
        }
      }
    });
  }

  test('no error and no warning on a harmless row', () => {
    expect([...result.falseErrors, ...result.falseWarnings].map(inWords)).toEqual([]);
  });

  test('every disagreement is known, with its reason', () => {
    expect(result.disagreements.filter(({ row }) => knownDisagreements[row.id] === undefined).map(inWords)).toEqual([]);
  });

  test('what is noted as a disagreement still is one', () => {
    expect(Object.keys(knownDisagreements).filter((id) => !result.disagreements.some(({ row }) => row.id === id))).toEqual([]);
  });

  test('recall is at least 95 %', () => {
    console.info(
      `recall ${result.said} of ${result.due}; ${result.decided.length} of ${rows.length} rows are decided by the configs and the board`,
    );
    expect(result.said / result.due).toBeGreaterThanOrEqual(0.95);
  });
});

function valueLike(config: Parameters<typeof fieldsOf>[0], path: string, value: bigint | string): bigint | number | string {
  return typeof value === 'bigint' && typeof fieldsOf(config).fields.get(path)?.value === 'number' ? Number(value) : value;
}
