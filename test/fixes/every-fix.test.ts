import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { applyEdits, chooseFixes } from '@jailhouse-cells/core/fixes/apply.ts';
import { describe, expect, test } from 'vitest';
import { checkWith, fixtures, grave, rejectFixtures } from './overlay.ts';

const offering = new Set<string>();
const paths = rejectFixtures();

describe('each fix of each rejecting fixture', () => {
  for (const path of paths) {
    test(`${relative(fixtures, path)}: mends its finding and makes no other`, () => {
      const before = checkWith(path, new Map());
      for (const finding of before.findings) {
        if (finding.fixes.length > 0) offering.add(finding.rule);
        for (const fix of finding.fixes) {
          const files = [...new Set(fix.edits.map(({ span }) => span.file))];
          const texts = new Map(
            files.map((file) => [
              file,
              applyEdits(
                readFileSync(file, 'utf8'),
                fix.edits.filter(({ span }) => span.file === file),
              ),
            ]),
          );
          const after = checkWith(path, texts);
          const title = `${finding.rule}: ${fix.title}\n${[...texts.values()].join('\n')}`;
          expect(after.parses, `${title}: parses`).toBe(true);
          const same = after.findings.filter(({ rule, severity }) => rule === finding.rule && severity === finding.severity).length;
          const was = before.findings.filter(({ rule, severity }) => rule === finding.rule && severity === finding.severity).length;
          expect(same, `${title}: mends`).toBeLessThan(was);
          const more = [...grave(after.findings)].filter(([key, number]) => number > (grave(before.findings).get(key) ?? 0));
          expect(more, `${title}: makes no other`).toEqual([]);
        }
      }
    });
  }

  test('many rules offer one', () => {
    expect([...offering].sort().length).toBeGreaterThan(35);
  });
});

describe('all safe fixes together', () => {
  for (const path of paths) {
    test(`${relative(fixtures, path)}: come to rest`, () => {
      let text = readFileSync(path, 'utf8');
      const first = grave(checkWith(path, new Map()).findings);
      for (let round = 0; ; round++) {
        expect(round, text).toBeLessThan(10);
        const { findings, parses } = checkWith(path, new Map([[path, text]]));
        expect(parses).toBe(true);
        const chosen = chooseFixes(path, findings);
        if (chosen.length === 0) {
          expect([...grave(findings)].filter(([key, number]) => number > (first.get(key) ?? 0))).toEqual([]);
          break;
        }
        text = applyEdits(
          text,
          chosen.flatMap(({ fix }) => fix.edits),
        );
      }
    });
  }
});
