import type { Finding } from '../source/finding.ts';
import type { Span } from '../source/span.ts';
import { higher, lower, type Range } from '../system/paint.ts';
import { collisionRules, misplacedRules, missingRules } from './collision-rules.ts';
import type { Block, Collision, Lane, MemoryMap } from './model.ts';

/** Blocks of one collision at most: a place that more of them share says nothing. */
const mostBlocks = 64;

/** The findings of one config. */
export interface ConfigFindings {
  readonly config: string;
  readonly findings: readonly Finding[];
}

/**
 * The findings about addresses, with the blocks that their places speak of. The findings are what is true: a collision that no rule tells of is none,
 * and one in the other view has no blocks.
 */
export function collisionsOf(map: MemoryMap, members: readonly ConfigFindings[]): readonly Collision[] {
  const places = new Places(map.lanes);
  const times = new Map<string, number>();
  return members.flatMap(({ config, findings }) =>
    findings
      .filter(({ rule }) => collisionRules.has(rule))
      .map((finding): Collision => {
        const missing = missingRules.has(finding.rule) ? firstRange(finding.message) : undefined;
        const { guilty, others } = blocksOf(finding, config, places, missing);
        const key = `${finding.rule}:${guilty[0]?.id ?? config.slice(config.lastIndexOf('/') + 1)}`;
        const time = (times.get(key) ?? 0) + 1;
        times.set(key, time);
        return {
          id: time === 1 ? key : `${key}#${time}`,
          rule: finding.rule,
          severity: finding.severity,
          range: missingRules.has(finding.rule) ? missing : commonRange(guilty, misplacedRules.has(finding.rule) ? [] : others),
          blocks: [...new Set([...guilty, ...others].map(({ id }) => id))],
          finding,
        };
      }),
  );
}

interface Involved {
  readonly guilty: readonly Block[];
  readonly others: readonly Block[];
}

/** `missing`: the addresses that the finding is about, where they are none of the guilty block. */
function blocksOf(finding: Finding, config: string, places: Places, missing: Range | undefined): Involved {
  const guilty = named(places.at(finding.span, config), finding.message).slice(0, mostBlocks);
  const others: Block[] = [];
  for (const { span, message } of finding.related) {
    const found = places.at(span).filter((block) => !guilty.includes(block));
    // A board is stated in one place: of all that it has, what lies there is meant.
    const there =
      found.length < 2 ? found : found.filter((block) => (missing === undefined ? guilty : [missing]).some((own) => overlap(own, block)));
    const meant = there.length > 0 ? named(there, message) : found.filter(({ name }) => message.includes(`${name} `));
    for (const block of meant) if (others.length < mostBlocks && !others.includes(block)) others.push(block);
  }
  // A window of several blocks that share their place.
  const touched = guilty.length > 1 ? guilty.filter((own) => others.some((block) => overlap(own, block))) : guilty;
  return { guilty: touched.length > 0 ? touched : guilty, others };
}

/** Where several regions share a place (one macro writes them), those that the message names. */
function named(blocks: readonly Block[], message: string): readonly Block[] {
  if (blocks.length < 2) return blocks;
  const names = new Set(message.match(/mem_regions\[\d+\]/g));
  const found = blocks.filter(({ name }) => names.has(name));
  if (found.length > 0) return found;
  // The message calls a unit by its name: `GICD 0x…`.
  const spoken = blocks.filter(({ name }) => message.startsWith(`${name} `) || message.includes(` ${name} `));
  return spoken.length > 0 ? spoken : blocks;
}

/** `0x1000-0x1fff (4 KiB)`, as messages write addresses; the first of them. */
function firstRange(message: string): Range | undefined {
  const found = /(0x[0-9a-f]{1,16})-(0x[0-9a-f]{1,16}) \(/.exec(message);
  return found === null ? undefined : { start: BigInt(found[1] ?? 0), end: BigInt(found[2] ?? 0) + 1n };
}

/** From the first to the last address that a guilty block shares with another; of a block alone its own. */
function commonRange(guilty: readonly Block[], others: readonly Block[]): Range | undefined {
  let common: Range | undefined;
  const add = (part: Range): void => {
    common = common === undefined ? part : { start: lower(common.start, part.start), end: higher(common.end, part.end) };
  };
  if (others.length === 0) for (const { start, end } of guilty.filter((block) => block.end > block.start)) add({ start, end });
  for (const own of guilty)
    for (const block of others) if (overlap(own, block)) add({ start: higher(own.start, block.start), end: lower(own.end, block.end) });
  return common;
}

function overlap(a: Range, b: Range): boolean {
  return a.start < b.end && b.start < a.end && a.start < a.end && b.start < b.end;
}

interface Placed {
  readonly span: Span;
  readonly block: Block;
}

/** Finds blocks by the places that speak of them. */
class Places {
  private readonly exact = new Map<string, Set<Block>>();
  /** By file, ascending by start, with the highest end so far. */
  private readonly wholes = new Map<string, (Placed & { readonly reach: number })[]>();
  private readonly configOf = new Map<Block, string | undefined>();

  constructor(lanes: readonly Lane[]) {
    const byFile = new Map<string, Placed[]>();
    for (const { blocks, config } of lanes) {
      for (const block of blocks) {
        this.configOf.set(block, config);
        for (const span of block.places) {
          const key = keyOf(span);
          const there = this.exact.get(key);
          if (there === undefined) this.exact.set(key, new Set([block]));
          else there.add(block);
        }
        const whole = block.places.at(-1);
        if (whole === undefined) continue;
        const list = byFile.get(whole.file);
        if (list === undefined) byFile.set(whole.file, [{ span: whole, block }]);
        else list.push({ span: whole, block });
      }
    }
    for (const [file, list] of byFile) {
      let reach = 0;
      const sorted = list.sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
      this.wholes.set(
        file,
        sorted.map((placed) => {
          reach = Math.max(reach, placed.span.end);
          return { ...placed, reach };
        }),
      );
    }
  }

  /** The blocks of a place; of one that several configs share, those of `config` where it has any. */
  at(span: Span, config?: string): readonly Block[] {
    const found = [...(this.exact.get(keyOf(span)) ?? this.around(span))];
    if (config === undefined) return found;
    const own = found.filter((block) => this.configOf.get(block) === config);
    return own.length > 0 ? own : found;
  }

  /** The blocks with the smallest whole place around the span. */
  private around({ file, start, end }: Span): readonly Block[] {
    const list = this.wholes.get(file) ?? [];
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[middle]?.span.start ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    let best: readonly Block[] = [];
    let size = Number.POSITIVE_INFINITY;
    for (let at = low - 1; at >= 0 && (list[at]?.reach ?? 0) >= end; at--) {
      const { span, block } = list[at] as Placed;
      const length = span.end - span.start;
      if (span.end < end || length > size || (start === end && length === 0)) continue;
      best = length === size ? [...best, block] : [block];
      size = length;
      if (best.length > mostBlocks) break;
    }
    return best;
  }
}

function keyOf({ file, start, end }: Span): string {
  return `${start}:${end}:${file}`;
}
