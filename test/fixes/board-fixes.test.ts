import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { applyEdits } from '@jailhouse-cells/core/fixes/apply.ts';
import { rules } from '@jailhouse-cells/core/rules/index.ts';
import type { Fix } from '@jailhouse-cells/core/source/finding.ts';
import { describe, expect, test } from 'vitest';
import { checkFolder, scenariosOf } from '../rules/board-scenario.ts';
import { grave } from './overlay.ts';

/** The texts after a fix. */
function after(fix: Fix): ReadonlyMap<string, string> {
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
  for (const { path, text } of fix.newFiles ?? []) {
    expect(existsSync(path), `${path} is new`).toBe(false);
    texts.set(path, text);
  }
  return texts;
}

for (const rule of rules.filter(({ scope }) => scope === 'board' || scope === 'guest')) {
  describe(rule.id, () => {
    for (const folder of scenariosOf(rule.id).filter((path) => basename(path).startsWith('reject-'))) {
      test(`${basename(folder)}: each fix mends its finding and makes no other`, () => {
        const before = checkFolder(folder);
        for (const finding of before.findings) {
          for (const fix of finding.fixes) {
            const texts = after(fix);
            const then = checkFolder(folder, texts);
            const title = `${finding.rule}: ${fix.title}\n${[...texts].map(([path, text]) => `${path}\n${text}`).join('\n')}`;
            expect(then.readable, `${title}: can be read`).toBe(true);
            const number = (findings: typeof before.findings) =>
              findings.filter(({ rule, severity }) => rule === finding.rule && severity === finding.severity).length;
            expect(number(then.findings), `${title}: mends`).toBeLessThan(number(before.findings));
            const more = [...grave(then.findings)].filter(([key, count]) => count > (grave(before.findings).get(key) ?? 0));
            expect(more, `${title}: makes no other`).toEqual([]);
            expect(fix.newFiles === undefined || fix.needsChoice === true, `${title}: new files need a choice`).toBe(true);
          }
        }
        expect(before.findings.some((finding) => finding.rule === rule.id)).toBe(true);
      });
    }
  });
}
