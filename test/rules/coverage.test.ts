import { rules } from '@jailhouse-cells/core/rules/index.ts';
import { expect, test } from 'vitest';
import { catalogueFaults, readCatalogue } from '../../scripts/rule-docs/catalogue.ts';

const rows = readCatalogue();

test('every known mistake has a rule or a reason, and every rule names known mistakes only', () => {
  expect(rows).toHaveLength(353);
  expect(catalogueFaults(rows, rules)).toEqual([]);
});

test('a row without an answer, an unknown slug and an unknown rule are found', () => {
  const [first] = rows;
  const [rule] = rules;
  if (first === undefined || rule === undefined) throw new Error('no rows or rules');
  const open = { ...first, slug: 'NEW-row', rules: [], reason: '' };
  expect(catalogueFaults([...rows, open], rules)).toEqual(['NEW-row has neither a rule nor a reason why there is none']);
  expect(catalogueFaults(rows, [...rules, { ...rule, id: 'stray', catalogue: ['NO-such'] }])).toEqual([
    'stray names NO-such, which is not in the catalogue',
  ]);
  expect(catalogueFaults([...rows, { ...open, rules: ['no-such-rule'] }], rules)).toEqual(['NEW-row names no-such-rule, which is no rule']);
  expect(catalogueFaults([...rows, first], rules)).toEqual([`${first.slug} stands twice`]);
});
