import { MarkedOutput, markedScript } from '@jailhouse-cells/deploy/ssh/marked-script.ts';
import { expect, it } from 'vitest';

it('keeps a part only of what is not of the script, however much it is', () => {
  const marks = markedScript('true');
  const output = new MarkedOutput(marks);
  const noise = 'y\n'.repeat(50_000);
  for (let times = 0; times < 50; times++) output.push(noise);
  expect(output.began).toBe(false);
  // The mark is found although it comes in pieces behind all that.
  output.push(marks.begin.slice(0, 5));
  output.push(`${marks.begin.slice(5)}\nhello\n${marks.end}`);
  output.push(' 7\n');
  for (let times = 0; times < 50; times++) output.push(noise);
  expect([output.text, output.status]).toEqual(['hello\n', 7]);
  expect(output.around.length).toBeLessThanOrEqual(64 * 1024);
  expect(output.around.endsWith('y\n')).toBe(true);
});
