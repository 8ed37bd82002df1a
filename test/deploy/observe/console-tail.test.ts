import { type ConsoleEvent, ConsoleTail } from '@jailhouse-cells/deploy/observe/console-tail.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const ringSize = 2048;

function textIn(events: readonly ConsoleEvent[]): string {
  return events.map((event) => (event.kind === 'text' ? event.text : `<${event.kind}>`)).join('');
}

describe('what is new on the console', () => {
  it('is everything that was written, whatever the rhythm of the looks, as long as none comes too late', () => {
    const line = fc.stringMatching(/^[ -~]{20,60}$/);
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 20 }), { maxLength: 20 }), (looks) => {
        const tail = new ConsoleTail();
        let [all, shown, number] = ['', '', 0];
        for (const lines of looks) {
          // Lines that are told apart: of a text that repeats itself nobody can say how often it did.
          for (const text of lines) all += `${number++} ${text}\n`;
          shown += textIn(tail.take({ kind: 'whole', text: all.slice(-ringSize) }));
        }
        expect(shown).toBe(all);
      }),
    );
  });

  it('says where something is lost', () => {
    const tail = new ConsoleTail();
    const page = (name: string) => `${name} `.repeat(ringSize).slice(0, ringSize);
    expect(textIn(tail.take({ kind: 'whole', text: page('first') }))).toBe(page('first'));
    expect(textIn(tail.take({ kind: 'whole', text: page('second') }))).toBe(`<missed>${page('second')}`);
  });

  it('goes on over a disable, and tells one run from the next', () => {
    const tail = new ConsoleTail();
    expect(textIn(tail.take({ kind: 'disabled', module: 'not loaded' }))).toBe('<disabled>');
    expect(textIn(tail.take({ kind: 'disabled', module: 'not loaded' }))).toBe('');
    expect(textIn(tail.take({ kind: 'disabled', module: 'loaded' }))).toBe('<disabled>');
    expect(textIn(tail.take({ kind: 'whole', text: 'one\n' }))).toBe('<enabled>one\n');
    expect(textIn(tail.take({ kind: 'more', text: 'two\n' }))).toBe('two\n');
    // After a lost connection the first look holds everything again.
    expect(textIn(tail.take({ kind: 'whole', text: 'one\ntwo\nthree\n' }))).toBe('three\n');
    // Disabled and enabled between two looks.
    expect(textIn(tail.take({ kind: 'whole', text: 'another run\n' }))).toBe('<enabled>another run\n');
    expect(textIn(tail.take({ kind: 'no-console' }))).toBe('<no-console>');
  });
});
