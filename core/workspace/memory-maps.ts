import type { Board } from '../board/board.ts';
import { gpuMemoryLimits } from '../board/config-txt-names.ts';
import { boardWith, ramChoices } from '../board/what-if.ts';
import type { Config } from '../config/model.ts';
import { collisionsOf } from '../memory-map/collisions.ts';
import { defaultMoment, type MapMoment, mapMoments } from '../memory-map/map-moments.ts';
import { memoryMap } from '../memory-map/memory-map.ts';
import type { Block, Collision, MapView, MemoryMap } from '../memory-map/model.ts';
import type { Resources } from '../memory-map/resources/model.ts';
import { resourcesOf, withFindings, withPlaces } from '../memory-map/resources/resources.ts';
import type { Finding } from '../source/finding.ts';
import type { Span } from '../source/span.ts';
import { edgesOf } from '../system/paint.ts';
import type { System } from '../system/system.ts';
import type { BoardReading, Boards } from './boards.ts';
import type { Queries } from './queries.ts';
import type { SystemMembership } from './report.ts';
import type { RuleFindings } from './rule-findings.ts';
import { shiftFindings, spanShift } from './text-shift.ts';

/** What is tried in place of what the files say; nothing is written. */
export interface WhatIf {
  /** Bytes of RAM fitted; undefined: all sizes that the configs are checked for. */
  readonly ram?: bigint | undefined;
  /** MiB of GPU memory; counts on a Raspberry Pi only. */
  readonly gpuMem?: number | undefined;
  /** An id of the map's `moments`. */
  readonly moment?: string | undefined;
  readonly view?: MapView | undefined;
}

/** The map of a system, and what else could be shown. */
export interface MemoryMapReading {
  readonly system: SystemMembership;
  /** With the changes that are tried. */
  readonly board: Board | undefined;
  readonly map: MemoryMap;
  /** The findings about addresses, those of the root config first. */
  readonly collisions: readonly Collision[];
  /** CPUs, interrupts, PCI functions and links, at the same moment. */
  readonly resources: Resources;
  readonly variants: readonly { readonly name: string; readonly size: bigint }[];
  readonly moments: readonly MapMoment[];
  readonly chosen: { readonly ram: bigint | undefined; readonly gpuMem: number | undefined; readonly moment: string };
  /** MiB; undefined where no GPU takes memory. `stated` is what config.txt says or the firmware takes by default, `value` what is shown. */
  readonly gpuMem: { readonly value: number; readonly stated: number; readonly least: number; readonly most: number } | undefined;
  /** Some text cannot be read: the last that could be read is shown for it. */
  readonly stale: boolean;
}

/** The workspace, as far as maps need it. */
export interface MapSurroundings {
  membership(path: string): SystemMembership | undefined;
  /** The config; while its text is half typed, the last good one. */
  effective(path: string): Config | undefined;
  isCurrent(path: string): boolean;
  /** The texts that the last good config was read from, while the present one is half typed. */
  earlierTexts(path: string): ReadonlyMap<string, string> | undefined;
  text(path: string): string | undefined;
  /** The findings that the config shows. */
  shown(path: string): readonly Finding[];
  /** Those that comments do not suppress. */
  unsuppressed(path: string, findings: readonly Finding[]): readonly Finding[];
  /** Another set of rules over the same configs. */
  rules(queries: Pick<Queries, 'query'>, boards: Pick<Boards, 'reading'>): RuleFindings;
}

interface GoodBoard {
  readonly reading: BoardReading;
  readonly texts: ReadonlyMap<string, string>;
}

/** So many maps, and so many changed boards, are remembered at most: a slider asks for hundreds. */
const mostMaps = 32;
const mostScopes = 8;

/** Makes memory maps of systems, also of boards as they are not: another RAM size, another GPU memory. */
export class MemoryMaps {
  private readonly lastBoards = new Map<string, GoodBoard>();
  private readonly keys = new Set<string>();
  private readonly scopes = new Map<string, RuleFindings>();

  constructor(
    private readonly queries: Queries,
    private readonly boards: Boards,
    private readonly around: MapSurroundings,
  ) {}

  /** The same object until something changes that it depends on. Undefined for a path that belongs to no system. */
  of(path: string, whatIf: WhatIf): MemoryMapReading | undefined {
    const { ram, gpuMem, moment, view } = whatIf;
    const key = `memory-map:${path}:${ram ?? ''}:${gpuMem ?? ''}:${view ?? ''}:${moment ?? ''}`;
    this.keys.delete(key);
    this.keys.add(key);
    for (const oldest of this.keys) {
      if (this.keys.size <= mostMaps) break;
      this.keys.delete(oldest);
      this.queries.forget((candidate) => candidate === oldest);
    }
    return this.queries.query(key, () => this.compose(path, whatIf));
  }

  private compose(path: string, whatIf: WhatIf): MemoryMapReading | undefined {
    const system = this.systemOf(path);
    const root = system && this.around.effective(system.rootCell);
    if (system === undefined || root?.system === undefined) return undefined;
    const members = [system.rootCell, ...system.cells];
    const now = this.boards.reading(system.rootCell);
    const good = now && this.goodBoard(system.rootCell, now);
    const known = good?.reading;
    const gpuMem = known?.piModel === undefined ? undefined : whatIf.gpuMem;
    const variants = known === undefined ? [] : ramChoices(known.board, known.piModel);
    const board = known && boardWith(known.board, known.piModel, { ram: whatIf.ram, gpuMem });
    const isChanged = known !== undefined && board !== undefined && !sameVariants(known.board, board);
    const drawn: System = {
      name: system.name,
      root,
      cells: system.cells.flatMap((cell) => {
        const config = this.around.effective(cell);
        return config === undefined ? [] : [{ config, guestTree: undefined }];
      }),
      board,
      explicitSet: system.explicitSet,
    };
    const moments = mapMoments(drawn);
    const moment = moments.find(({ id }) => id === (whatIf.moment ?? defaultMoment))?.id ?? 'enabled';
    const shifts = this.shiftsOf(members, good, now);
    const moved = movedBy(shifts);
    const ramEdges = known === undefined ? [] : ramEdgesOf(known, variants);
    const map = shiftMap(memoryMap(drawn, { view: whatIf.view ?? 'physical', moment, ramEdges }), moved);
    const resources = resourcesOf(drawn, moment);
    const findings = members.map((config) => ({
      config,
      findings: isChanged ? this.tried(system, config, whatIf, shifts) : this.around.shown(config),
    }));
    const isPi = known?.piModel !== undefined;
    const shownGpu = isPi ? gpuMegabytes(board) : undefined;
    const statedGpu = isPi ? gpuMegabytes(boardWith(known.board, known.piModel, { ram: whatIf.ram })) : undefined;
    return {
      system,
      board,
      map,
      collisions: collisionsOf(map, findings),
      resources: withFindings(
        moved === undefined ? resources : withPlaces(resources, moved),
        findings.flatMap((one) => one.findings),
      ),
      variants,
      moments,
      chosen: { ram: board?.variants.length === 1 ? board.variants[0]?.size : undefined, gpuMem, moment },
      gpuMem: shownGpu === undefined ? undefined : { value: shownGpu, stated: statedGpu ?? shownGpu, ...gpuMemoryLimits },
      stale: now?.damaged === true || members.some((member) => !this.around.isCurrent(member)),
    };
  }

  private systemOf(path: string): SystemMembership | undefined {
    const system = this.around.membership(path);
    if (system !== undefined) return system;
    const config = this.around.effective(path);
    if (config?.system === undefined) return undefined;
    return { name: config.cell.name.value, rootCell: path, cells: [], from: 'naming', explicitSet: false };
  }

  /** What the rules say on the changed board. */
  private tried(system: SystemMembership, config: string, whatIf: WhatIf, shifts: readonly Shift[]): readonly Finding[] {
    let findings = this.scopeOf(system.rootCell, whatIf).placed(config);
    for (const { file, before, after, ofBoard } of shifts) if (ofBoard) findings = shiftFindings(findings, file, before, after);
    return this.around.unsuppressed(config, findings);
  }

  /** The rules on a changed board, remembered apart from those on the real one. */
  private scopeOf(rootCell: string, { ram, gpuMem }: WhatIf): RuleFindings {
    const prefix = `what-if:${rootCell}:${ram ?? ''}:${gpuMem ?? ''}:`;
    let rules = this.scopes.get(prefix);
    if (rules === undefined) {
      const query: Queries['query'] = (key, compute, same) =>
        // What no board is asked for is the same on every board.
        this.queries.query(/^(?:config-rules|set):/.test(key) ? key : `${prefix}${key}`, compute, same);
      const reading = (root: string): BoardReading | undefined => query(`board:${root}`, () => this.triedBoard(root, { ram, gpuMem }));
      rules = this.around.rules({ query }, { reading });
    }
    this.scopes.delete(prefix);
    this.scopes.set(prefix, rules);
    for (const oldest of this.scopes.keys()) {
      if (this.scopes.size <= mostScopes) break;
      this.scopes.delete(oldest);
      this.queries.forget((key) => key.startsWith(oldest));
    }
    return rules;
  }

  private triedBoard(rootCell: string, change: WhatIf): BoardReading | undefined {
    const now = this.boards.reading(rootCell);
    const known = now && this.goodBoard(rootCell, now)?.reading;
    return known && { ...known, board: boardWith(known.board, known.piModel, change), damaged: false };
  }

  private goodBoard(rootCell: string, now: BoardReading): GoodBoard | undefined {
    if (now.damaged) return this.lastBoards.get(rootCell);
    const texts = new Map<string, string>();
    const files = now.files.project === undefined ? now.paths : [now.files.project, ...now.paths];
    for (const path of files) {
      const text = this.around.text(path);
      if (text !== undefined) texts.set(path, text);
    }
    const good = { reading: now, texts };
    this.lastBoards.set(rootCell, good);
    return good;
  }

  /** The texts that places were made for, where others are there now. */
  private shiftsOf(members: readonly string[], good: GoodBoard | undefined, now: BoardReading | undefined): readonly Shift[] {
    const shifts: Shift[] = [];
    const add = (texts: ReadonlyMap<string, string>, ofBoard: boolean): void => {
      for (const [file, before] of texts) {
        const after = this.around.text(file);
        if (after === undefined || after === before || shifts.some((shift) => shift.file === file)) continue;
        shifts.push({ file, before, after, ofBoard });
      }
    };
    for (const member of members) add(this.around.earlierTexts(member) ?? new Map(), false);
    if (good !== undefined && good.reading !== now) add(good.texts, true);
    return shifts;
  }
}

interface Shift {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly ofBoard: boolean;
}

function sameVariants(a: Board, b: Board): boolean {
  const text = ({ variants }: Board): string => variants.map(({ size, gpu }) => `${size} ${gpu?.start} ${gpu?.size}`).join();
  return text(a) === text(b);
}

const knownEdges = new WeakMap<BoardReading, readonly bigint[]>();

/** Where RAM begins and ends with any of the sizes that can be chosen. */
function ramEdgesOf(reading: BoardReading, choices: readonly { readonly size: bigint }[]): readonly bigint[] {
  let edges = knownEdges.get(reading);
  if (edges === undefined) {
    const boards = choices.map(({ size }) => boardWith(reading.board, reading.piModel, { ram: size }));
    const banks = boards.flatMap(({ variants }) => variants.flatMap(({ ram }) => ram));
    edges = edgesOf(banks.map(({ start, size }) => ({ start, end: start + size })));
    knownEdges.set(reading, edges);
  }
  return edges;
}

/** MiB; of the variants of a board all have the same, as far as they have the room. */
function gpuMegabytes(board: Board | undefined): number | undefined {
  const gpu = board?.variants.find((variant) => variant.gpu !== undefined)?.gpu;
  return gpu && Number(gpu.size >> 20n);
}

/** Moves places into the present texts; undefined where all of them are right. */
function movedBy(shifts: readonly Shift[]): ((span: Span) => Span) | undefined {
  if (shifts.length === 0) return undefined;
  const moves = new Map(
    shifts.map(({ file, before, after }) => {
      const shift = spanShift(file, before, after);
      const within = (offset: number): number => Math.min(offset, after.length);
      // What is being typed is where it was.
      return [file, (span: Span): Span => shift(span) ?? { file, start: within(span.start), end: within(span.end) }] as const;
    }),
  );
  return (span) => moves.get(span.file)?.(span) ?? span;
}

function shiftMap(map: MemoryMap, moved: ((span: Span) => Span) | undefined): MemoryMap {
  if (moved === undefined) return map;
  const place = (block: Block): Block => ({
    ...block,
    span: block.span === undefined ? undefined : moved(block.span),
    places: block.places.map(moved),
  });
  return { ...map, lanes: map.lanes.map((lane) => ({ ...lane, blocks: lane.blocks.map(place) })) };
}
