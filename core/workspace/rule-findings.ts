import type { Config } from '../config/model.ts';
import { withBoardFixes } from '../rules/board-fixes.ts';
import { foldFindings } from '../rules/folding.ts';
import type { BoardContext, GuestTree, TextOf } from '../rules/rule.ts';
import { runBoardRules, runCellRules, runFileRules, runGuestRules, runSetRules, type SeverityOverrides } from '../rules/run.ts';
import type { Finding } from '../source/finding.ts';
import type { BoardReading, Boards } from './boards.ts';
import type { GuestReading, Guests } from './guests.ts';
import type { Queries } from './queries.ts';
import type { SystemMembership } from './report.ts';
import type { Systems } from './systems.ts';
import { shiftFindings } from './text-shift.ts';

/** What the rules are run with: configs as others see them, levels, texts. */
export interface RuleSurroundings {
  /** The config; while its text is half typed, the last good one. */
  effective(path: string): Config | undefined;
  /** The texts that it was read from, by file, while the present one is half typed; else undefined. */
  earlierTexts(path: string): ReadonlyMap<string, string> | undefined;
  severity(): SeverityOverrides;
  readonly text: TextOf;
  /** The same object until the file changes. */
  bytes(path: string): Uint8Array | undefined;
}

/** A reading that was whole, and the texts that it was made from. */
interface LastGood<T> {
  readonly reading: T;
  readonly texts: ReadonlyMap<string, string>;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

/** Runs the rules for a config: alone, with its system, its set, its board, the device tree of its guest. */
export class RuleFindings {
  private readonly lastBoards = new Map<string, LastGood<BoardReading>>();
  private readonly lastGuests = new Map<string, LastGood<GuestReading>>();

  constructor(
    private readonly queries: Pick<Queries, 'query'>,
    private readonly systems: Systems,
    private readonly boards: Pick<Boards, 'reading'>,
    private readonly guests: Guests,
    private readonly around: RuleSurroundings,
  ) {}

  /** The findings at the places where they are now: those of a config that is half typed were made from its last good text. */
  placed(path: string): readonly Finding[] {
    return this.queries.query(`placed-rules:${path}`, () => {
      let findings = this.of(path);
      for (const [file, before] of this.earlier(path)) {
        const after = this.around.text(file);
        if (after !== undefined && after !== before) findings = shiftFindings(findings, file, before, after);
      }
      return findings;
    });
  }

  /** Texts that a config and the members of its system were read from, where they are no longer the present ones. */
  private earlier(path: string): ReadonlyMap<string, string> {
    const system = this.systems.membership(path);
    const members = system === undefined ? [path] : [system.rootCell, ...system.cells];
    return new Map(members.flatMap((member) => [...(this.around.earlierTexts(member) ?? [])]));
  }

  private of(path: string): readonly Finding[] {
    return this.queries.query(`rules:${path}`, () => {
      const config = this.around.effective(path);
      if (!config) return [];
      const system = this.systems.membership(path);
      const root = system && (system.rootCell === path ? config : this.around.effective(system.rootCell));
      if (!system || !root?.system) return foldFindings(config, this.ofConfig(path, undefined));
      const findings = [...this.withBoard(this.ofConfig(path, system.rootCell), system, root, config)];
      if (system.explicitSet) findings.push(...this.ofSet(system.rootCell).filter((finding) => finding.span.file === path));
      findings.push(...this.ofBoard(path, system), ...this.ofGuest(path, system));
      return foldFindings(config, findings, root === config ? [] : this.of(system.rootCell));
    });
  }

  /** What the config shows alone and with its system config: apart, for an edit of another cell or of the board changes nothing of it. */
  private ofConfig(path: string, rootCell: string | undefined): readonly Finding[] {
    return this.queries.query(`config-rules:${path}:${rootCell ?? ''}`, () => {
      const config = this.around.effective(path);
      if (!config) return [];
      const severity = this.around.severity();
      const root = rootCell === undefined ? undefined : rootCell === path ? config : this.around.effective(rootCell);
      const own = runFileRules(config, severity);
      return root === undefined ? own : [...own, ...runCellRules(root, config, severity)];
    });
  }

  /** Findings between the cells of an explicit set; each is shown at the file that it points at. */
  private ofSet(rootCell: string): readonly Finding[] {
    return this.queries.query(`set:${rootCell}`, () => {
      const system = this.systems.membership(rootCell);
      const root = this.around.effective(rootCell);
      if (!system || !root) return [];
      return runSetRules(root, this.configsOf(system.cells), this.around.severity());
    });
  }

  private ofBoard(path: string, system: SystemMembership): readonly Finding[] {
    return this.queries.query(`board-rules:${path}`, () => {
      const root = this.around.effective(system.rootCell);
      const member = this.around.effective(path);
      const now = this.boards.reading(system.rootCell);
      if (!root?.system || !member || !now) return [];
      const known = this.known(this.lastBoards, system.rootCell, now);
      if (!known) return [];
      const { findings } = known.reading;
      const context = this.boardContext(known, system, root, member);
      const own = runBoardRules(context, this.around.severity());
      return this.moved(path === system.rootCell ? [...findings, ...own] : own, known, now);
    });
  }

  private boardContext(
    { reading: { board, files }, texts }: LastGood<BoardReading>,
    { cells, explicitSet, rootCell }: SystemMembership,
    system: Config,
    member: Config,
  ): BoardContext {
    const configs = () => this.configsOf(cells);
    const guestTrees = () =>
      cells.flatMap((path): readonly GuestTree[] => {
        const cell = this.around.effective(path);
        const guest = this.guests.reading(path);
        const tree = guest && this.known(this.lastGuests, path, guest)?.reading.tree;
        return cell === undefined || tree === undefined ? [] : [{ cell, tree }];
      });
    return {
      board,
      files,
      system,
      member,
      // Read only for a rule that asks: what it asked for is what the answer depends on.
      get cells() {
        return configs();
      },
      get guests() {
        return guestTrees();
      },
      explicitSet,
      text: this.textOf(rootCell, texts),
    };
  }

  /** Findings of the config itself get the fixes that only the board makes possible. */
  private withBoard(findings: readonly Finding[], system: SystemMembership, root: Config, member: Config): readonly Finding[] {
    const reading = this.boards.reading(system.rootCell);
    if (reading === undefined || reading.damaged) return findings;
    const known = { reading, texts: new Map<string, string>(), blobs: new Map<string, Uint8Array>() };
    return findings.map((finding) => withBoardFixes(finding, () => this.boardContext(known, system, root, member)));
  }

  private ofGuest(path: string, system: SystemMembership): readonly Finding[] {
    if (path === system.rootCell) return [];
    return this.queries.query(`guest-rules:${path}`, () => {
      const root = this.around.effective(system.rootCell);
      const cell = this.around.effective(path);
      const now = this.guests.reading(path);
      if (!root?.system || !cell || !now) return [];
      const known = this.known(this.lastGuests, path, now);
      if (!known?.reading.tree) return [];
      const { tree, kernel, initrd, commandLine } = known.reading;
      const boardNow = this.boards.reading(system.rootCell);
      const board = boardNow && this.known(this.lastBoards, system.rootCell, boardNow);
      const findings = runGuestRules(
        {
          tree,
          cell,
          system: root,
          board: board?.reading.board,
          kernel,
          initrd,
          commandLine,
          text: this.textOf(path, new Map([...(board?.texts ?? []), ...known.texts])),
        },
        this.around.severity(),
      );
      const moved = this.moved(findings, known, now);
      return board === undefined || boardNow === undefined ? moved : this.moved(moved, board, boardNow);
    });
  }

  private configsOf(paths: readonly string[]): readonly Config[] {
    return paths.map((path) => this.around.effective(path)).filter((config) => config !== undefined);
  }

  /** Texts as the models were read from them. */
  private textOf(config: string, known: ReadonlyMap<string, string>): TextOf {
    return (path) => known.get(path) ?? this.earlier(config).get(path) ?? this.around.text(path);
  }

  /** The reading itself; while one of its files is half typed, the last that was whole. */
  private known<T extends { readonly damaged: boolean; readonly paths: readonly string[] }>(
    last: Map<string, LastGood<T>>,
    key: string,
    now: T,
  ): LastGood<T> | undefined {
    if (now.damaged) return last.get(key);
    const project = this.systems.projectOf(key)?.path;
    const texts = new Map<string, string>();
    for (const path of project === undefined ? now.paths : [project, ...now.paths]) {
      const text = this.around.text(path);
      if (text !== undefined) texts.set(path, text);
    }
    const blobs = new Map<string, Uint8Array>();
    for (const path of now.paths.filter(isBlob)) {
      const bytes = this.around.bytes(path);
      if (bytes !== undefined) blobs.set(path, bytes);
    }
    const good = { reading: now, texts, blobs };
    last.set(key, good);
    return good;
  }

  /** Findings made from earlier texts, at the places where they are now. */
  private moved<T extends { readonly paths: readonly string[] }>(
    findings: readonly Finding[],
    known: LastGood<T>,
    now: T,
  ): readonly Finding[] {
    if (known.reading === now) return findings;
    // A blob is not typed: another one has taken its place, and nothing is known of it.
    for (const [path, before] of known.blobs) if (this.around.bytes(path) !== before) return [];
    let moved = findings;
    for (const [path, before] of known.texts) {
      const after = this.around.text(path);
      if (after !== undefined && before !== after) moved = shiftFindings(moved, path, before, after);
    }
    return moved;
  }
}

function isBlob(path: string): boolean {
  return /\.dtbo?$/.test(path);
}
