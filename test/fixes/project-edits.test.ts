import { applyEdits } from '@jailhouse-cells/core/fixes/apply.ts';
import { addOverlay } from '@jailhouse-cells/core/fixes/project-edits.ts';
import { expect, test } from 'vitest';

/** The text with one more overlay for the board around the mark `@`. */
function after(marked: string): string | undefined {
  const start = marked.indexOf('@');
  const text = marked.replace('@', '');
  const edit = addOverlay(text, { file: 'jailhouse.json', start, end: start }, 'dts/new.dts');
  return edit && applyEdits(text, [edit]);
}

test('a list is made on a line of its own where the others have one', () => {
  expect(after('{\n  "systems": { "a": {\n    "board": {\n      "model": @"m"\n    }\n  } }\n}')).toBe(
    '{\n  "systems": { "a": {\n    "board": {\n      "model": "m",\n      "overlays": ["dts/new.dts"]\n    }\n  } }\n}',
  );
});

test('a list is made on the same line where all is on one', () => {
  expect(after('{ "board": { "model": @"m" } }')).toBe('{ "board": { "model": "m", "overlays": ["dts/new.dts"] } }');
});

test('a list that is there gets one more, also an empty one', () => {
  expect(after('{ "board": { "overlays": ["a.dts"], "model": @"m" } }')).toBe(
    '{ "board": { "overlays": ["a.dts", "dts/new.dts"], "model": "m" } }',
  );
  expect(after('{ @"board": { "overlays": [] } }')).toBe('{ "board": { "overlays": ["dts/new.dts"] } }');
});

test('a board without anything, and comments', () => {
  expect(after('{ @"board": {} }')).toBe('{ "board": { "overlays": ["dts/new.dts"] } }');
  expect(after('{ /* "board": {} */ @"board": { "model": "m" /* here */ } }')).toBe(
    '{ /* "board": {} */ "board": { "model": "m", "overlays": ["dts/new.dts"] /* here */ } }',
  );
});

test('of two systems the one that was meant', () => {
  expect(after('{ "a": { "board": { "ram": "1GiB" } }, "b": { "board": { "ram": @"2GiB" } } }')).toBe(
    '{ "a": { "board": { "ram": "1GiB" } }, "b": { "board": { "ram": "2GiB", "overlays": ["dts/new.dts"] } } }',
  );
});

test('nothing outside of a board, nor where the list is none', () => {
  expect(after('{ "systems": @{} }')).toBeUndefined();
  expect(after('{ @"board": { "overlays": "a.dts" } }')).toBeUndefined();
  expect(after('@nonsense')).toBeUndefined();
});
