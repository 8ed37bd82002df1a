/**
 * The decisions of a generator, drawn from a list of numbers or from a seed. 0 is always the plainest decision, and a list
 * that runs out gives 0s, so that cutting or lowering the list (fast-check's shrinking) makes the generated text plainer.
 */
export class Choices {
  private at = 0;

  private constructor(private readonly draw: (at: number) => number) {}

  static fromList(list: readonly number[]): Choices {
    return new Choices((at) => list[at] ?? 0);
  }

  /** The same seed (any 32-bit number) gives the same decisions for ever. */
  static fromSeed(seed: number): Choices {
    let state = seed | 0;
    // mulberry32 (Tommy Ettinger, public domain).
    return new Choices(() => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return (t ^ (t >>> 14)) >>> 0;
    });
  }

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    return limit <= 1 ? 0 : this.draw(this.at++) % limit;
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new Error('pick from an empty list');
    return item;
  }

  /** Picks by weight; the first entry is the plainest. */
  weighted<T>(entries: readonly (readonly [weight: number, value: T])[]): T {
    let total = 0;
    for (const [weight] of entries) total += weight;
    let at = this.below(total);
    for (const [weight, value] of entries) {
      if (at < weight) return value;
      at -= weight;
    }
    throw new Error('weights of nothing');
  }
}
