/** Texts out of random bytes and out of the words given, the same at every run. */
export function* noise(count: number, words: readonly string[], seed = 0x1234567): Generator<string> {
  let state = seed;
  const random = (below: number): number => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  for (let i = 0; i < count; i++) {
    if (i % 2 === 0) yield utf8.decode(Uint8Array.from({ length: random(400) }, () => random(256)));
    else
      yield Array.from({ length: random(120) }, () =>
        random(3) === 0 ? String.fromCharCode(32 + random(95)) : (words[random(words.length)] as string),
      ).join('');
  }
}
