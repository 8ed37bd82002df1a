import { readdirSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { rules } from '@jailhouse-cells/core/rules/index.ts';
import { describe, expect, test } from 'vitest';
import { boardFixtures, checkFolder, placeInWords, scenariosOf, textsIn } from './board-scenario.ts';
import { readExpectations } from './caret-expectations.ts';

interface Wanted {
  readonly file: string;
  readonly place: string;
  readonly part: string;
}

/** Caret comments; for a file that takes none (a blob, cmdline.txt) a file `NAME.expected` beside it, `PLACE: SEVERITY RULE: PART` in each line. */
function wantedIn(folder: string): readonly Wanted[] {
  return textsIn(folder).flatMap((file) => {
    if (file.endsWith('.expected')) {
      const lines = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      return lines.map((line) => {
        const [, place = '', part = ''] = /^((?:line \d+ columns [\d-]+: )?\w+ [\w-]+): (.+)$/.exec(line) ?? [];
        return { file: file.replace(/\.expected$/, ''), place, part };
      });
    }
    return readExpectations(readFileSync(file, 'utf8')).map(({ line, start, end, severity, rule, part }) => ({
      file,
      place: `line ${line + 1} columns ${start + 1}-${end}: ${severity} ${rule}`,
      part,
    }));
  });
}

const boardRules = rules.filter(({ scope }) => scope === 'board' || scope === 'guest');

for (const rule of boardRules) {
  describe(rule.id, () => {
    const folders = scenariosOf(rule.id);
    for (const folder of folders) {
      test(basename(folder), () => {
        const { findings, readable } = checkFolder(folder);
        expect(readable, 'all configs can be read').toBe(true);
        const open = findings.map((finding) => ({ finding, place: placeInWords(finding) }));
        const missing: string[] = [];
        for (const want of wantedIn(folder)) {
          const at = open.findIndex(
            ({ place, finding }) => finding.span.file === want.file && place === want.place && finding.message.includes(want.part),
          );
          if (at < 0) missing.push(`${relative(folder, want.file)} ${want.place}: ${want.part}`);
          else open.splice(at, 1);
        }
        const unexpected = open.map(({ place, finding }) => `${relative(folder, finding.span.file)} ${place}: ${finding.message}`);
        expect({ missing, unexpected }).toEqual({ missing: [], unexpected: [] });
      });
    }

    test('has an accepting and a rejecting fixture, and fires at its own severity', () => {
      const own = folders.map((folder) => ({ folder, found: wantedIn(folder).filter(({ place }) => place.endsWith(` ${rule.id}`)) }));
      const accepting = own.filter(({ folder }) => basename(folder).startsWith('accept-'));
      expect(accepting.length).toBeGreaterThan(0);
      expect(accepting.flatMap(({ found }) => found)).toEqual([]);
      expect(own.some(({ found }) => found.some(({ place }) => place.endsWith(`${rule.severity} ${rule.id}`)))).toBe(true);
    });
  });
}

test('every folder of fixtures belongs to a rule', () => {
  const known = boardRules.map(({ id }) => id);
  expect(readdirSync(boardFixtures).filter((name) => !known.includes(name))).toEqual([]);
});
