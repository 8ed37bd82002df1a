import type { TargetCell, TargetRecord, TargetState } from '../observe/target-state.ts';
import type { Goal, NoPlan, Plan, PlannedCell, PlannedFile, Prepared, RecordEffect, Step, StepKind } from './plan.ts';

/** Which way of running a cell fits what there is. */
type CellNeed = 'nothing' | 'start' | 'load' | 'create';

/** What has to be done on a target so that the goal is reached. The same state and goal give the same plan; in the goal's state it is empty. */
export function makePlan(prepared: Prepared, state: TargetState, goal: Goal): Plan | NoPlan {
  return new Planner(prepared, state, goal).make();
}

class Planner {
  private readonly notes: string[] = [];
  private readonly record: TargetRecord | undefined;

  constructor(
    private readonly prepared: Prepared,
    private readonly state: TargetState,
    private readonly goal: Goal,
  ) {
    const { record } = state;
    this.record = record !== undefined && record.bootId === state.bootId ? record : undefined;
  }

  make(): Plan | NoPlan {
    const { goal, prepared, state } = this;
    if (state.tool === undefined) {
      return {
        reason: 'There is no "jailhouse" program on the target: install the Jailhouse tools (make install) or add their folder to PATH.',
        place: undefined,
      };
    }
    if (state.pending !== undefined) {
      return {
        reason: `"${state.pending}" is under way on the target. Wait for its end; if it does not come back, switch the board off and on.`,
        place: undefined,
      };
    }
    if (goal.kind === 'disable') return this.plan(this.disable());
    if (goal.kind === 'stop' || goal.kind === 'destroy') return this.end(goal.kind, goal.cells);
    const names =
      goal.kind === 'enable' ? [] : (goal.cells ?? (prepared.deployment.explicitSet ? prepared.cells.map(({ cell }) => cell.name) : []));
    const cells: PlannedCell[] = [];
    for (const name of names) {
      const cell = prepared.cells.find((candidate) => candidate.cell.name === name);
      if (cell === undefined) return { reason: `${prepared.deployment.system} has no cell "${name}".`, place: undefined };
      cells.push(cell);
    }
    return this.deploy(cells, goal.kind === 'restart');
  }

  private deploy(cells: readonly PlannedCell[], again: boolean): Plan | NoPlan {
    const { prepared, state, record } = this;
    const rootCell = state.cells.find(({ id }) => id === 0);
    const keepsRoot =
      state.enabled &&
      record !== undefined &&
      record.system === prepared.deployment.system &&
      record.root.config === prepared.root.digest &&
      record.root.inode === rootCell?.inode;
    const renew = !keepsRoot;
    const needs = new Map(cells.map((cell) => [cell, renew ? 'create' : this.needOf(cell, again)] as const));
    const steps: Step[] = [];
    if (renew && state.enabled) {
      const running = state.cells.filter(({ id }) => id !== 0).map(({ name }) => name);
      const reason = record === undefined ? 'it runs with a system config that is not known' : 'the system config changed';
      steps.push(
        step('disable', 'disable the hypervisor', [['jailhouse', 'disable']], { reason, dangerous: true, effects: [{ kind: 'nothing' }] }),
      );
      if (running.length > 0)
        this.notes.push(`Disabling destroys ${running.length === 1 ? 'the cell' : 'the cells'} ${running.join(', ')}.`);
    }
    if (state.module === 'not loaded') steps.push(step('module', 'load the kernel module', [['modprobe', 'jailhouse']], {}));
    if (renew) {
      const { root } = prepared.deployment;
      const enable = ['jailhouse', 'enable', prepared.root.name];
      steps.push(
        step('enable', 'enable the hypervisor', [enable], {
          dangerous: true,
          effects: [{ kind: 'root', config: prepared.root.digest, commands: [enable] }],
          config: root.path,
          place: prepared.deployment.expected.hypervisorMemory.place ?? root.place,
        }),
      );
    } else {
      for (const foreign of this.inTheWay(cells, needs)) {
        steps.push(
          step('destroy', `destroy cell ${foreign.name}`, [destroyCommand(foreign)], {
            cell: foreign.name,
            dangerous: true,
            effects: [{ kind: 'gone', name: foreign.name }],
            reason: `it holds ${cpuWords(foreign.cpus)}, which a cell of ${prepared.deployment.system} needs`,
          }),
        );
      }
      for (const [{ cell }, need] of needs) {
        const old = this.onTarget(cell.name);
        if (need === 'create' && old !== undefined) {
          const reason =
            this.recorded(cell.name) === undefined
              ? 'it was made of a config that is not known'
              : old.state === 'failed'
                ? 'it has failed'
                : 'its config changed';
          steps.push(
            step('destroy', `destroy cell ${cell.name}`, [destroyCommand(old)], {
              cell: cell.name,
              dangerous: true,
              reason,
              effects: [{ kind: 'gone', name: cell.name }],
            }),
          );
        }
      }
    }
    for (const [cell, need] of needs) steps.push(...this.cellSteps(cell, need, renew));
    const files = filesOfAll(prepared.root, cells);
    const kept = renew ? [] : this.filesOfOthers(cells, files);
    const uploads = this.uploads(files);
    const all = [...uploads, ...steps];
    if (all.length > 0 || state.leftovers) all.push(step('finish', 'write down what runs', [], {}));
    return this.plan(all, files, kept);
  }

  /** Files of cells that stay as they are: to make them again where a deployment fails. */
  private filesOfOthers(cells: readonly PlannedCell[], files: readonly PlannedFile[]): readonly string[] {
    const planned = new Set(cells.map(({ cell }) => cell.name));
    const others = this.record?.cells.filter(({ name }) => !planned.has(name) && this.recorded(name) !== undefined) ?? [];
    const words = new Set(others.flatMap(({ commands }) => commands.flat()));
    return [...this.state.current.keys()].filter(
      (name) => words.has(name.replace(/\.profile\.json$/, '')) && !files.some((file) => file.name === name),
    );
  }

  private needOf(planned: PlannedCell, again: boolean): CellNeed {
    const there = this.onTarget(planned.cell.name);
    const known = this.recorded(planned.cell.name);
    if (there === undefined || known === undefined || known.inode !== there.inode || known.config !== planned.config.digest)
      return 'create';
    // What has failed is made anew: nobody knows what it did to its memory.
    if (there.state === 'failed' || there.state === 'invalid' || there.state === 'Comm ABI mismatch') return 'create';
    if (planned.guest === undefined) return 'nothing';
    if (known.guest !== planned.guest || again) return 'load';
    return there.state.startsWith('running') ? 'nothing' : 'load';
  }

  private cellSteps(planned: PlannedCell, need: CellNeed, renew: boolean): Step[] {
    const { cell } = planned;
    const blame = { cell: cell.name, config: cell.path, place: cell.place };
    const steps: Step[] = [];
    const { network } = cell;
    // Enabling makes the devices anew, without addresses.
    if (network !== undefined && (renew || !(this.state.addresses.get(network.device) ?? []).includes(network.address))) {
      const commands = [
        ['ip', 'address', 'add', network.address, 'dev', network.device],
        ['ip', 'link', 'set', network.device, 'up'],
      ];
      steps.push(step('network', `give ${network.device} the address ${network.address}`, commands, { ...blame, place: network.place }));
    }
    if (need === 'nothing') return steps;
    const commands = guestCommands(planned);
    const made: RecordEffect = { kind: 'cell', name: cell.name, config: planned.config.digest, commands: Object.values(commands) };
    const loaded: RecordEffect[] =
      planned.guest === undefined ? [] : [{ kind: 'guest', name: cell.name, guest: planned.guest, commands: made.commands }];
    if ('linux' in commands) {
      const reason = need === 'load' ? 'its guest changed or does not run' : '';
      const effects = [...(need === 'create' ? [made] : []), ...loaded];
      steps.push(step('linux', `start Linux in cell ${cell.name}`, [commands.linux], { ...blame, dangerous: true, reason, effects }));
      return steps;
    }
    if (need === 'create')
      steps.push(step('create', `create cell ${cell.name}`, [commands.create], { ...blame, dangerous: true, effects: [made] }));
    if (commands.load === undefined || commands.start === undefined) return steps;
    const reason = need === 'load' ? 'its images changed or it does not run' : '';
    // From here until the start it holds nothing that can be told by a digest.
    const between: RecordEffect[] = [{ kind: 'guest', name: cell.name, guest: '', commands: made.commands }];
    steps.push(step('load', `load cell ${cell.name}`, [commands.load], { ...blame, dangerous: true, reason, effects: between }));
    steps.push(step('start', `start cell ${cell.name}`, [commands.start], { ...blame, dangerous: true, effects: loaded }));
    return steps;
  }

  /** Cells of nobody here that hold CPUs of cells that are to be created. */
  private inTheWay(cells: readonly PlannedCell[], needs: ReadonlyMap<PlannedCell, CellNeed>): readonly TargetCell[] {
    const names = new Set(cells.map(({ cell }) => cell.name));
    const wanted = new Set(cells.filter((cell) => needs.get(cell) === 'create').flatMap(({ cell }) => cell.cpus));
    return this.state.cells.filter(({ id, name, cpus }) => id !== 0 && !names.has(name) && cpus.some((cpu) => wanted.has(cpu)));
  }

  private uploads(files: readonly PlannedFile[]): Step[] {
    return files
      .filter(({ name, digest }) => this.state.current.get(name) !== digest && this.state.next.get(name) !== digest)
      .map((file) => ({
        ...step('upload', `send ${file.name}`, [], { reason: `${file.title}, ${file.size} bytes`, place: file.place }),
        file,
      }));
  }

  private disable(): Step[] {
    if (!this.state.enabled) return [];
    const cells = this.state.cells.filter(({ id }) => id !== 0);
    if (cells.length > 0)
      this.notes.push(`Disabling destroys ${cells.length === 1 ? 'the cell' : 'the cells'} ${cells.map(({ name }) => name).join(', ')}.`);
    return [
      step('disable', 'disable the hypervisor', [['jailhouse', 'disable']], { dangerous: true, effects: [{ kind: 'nothing' }] }),
      step('finish', 'write down what runs', [], {}),
    ];
  }

  private end(kind: 'stop' | 'destroy', names: readonly string[]): Plan | NoPlan {
    const steps: Step[] = [];
    for (const name of names) {
      const there = this.onTarget(name);
      const isPlanned = this.prepared.deployment.cells.some((cell) => cell.name === name);
      if (there === undefined) {
        if (!isPlanned) return { reason: `There is no cell "${name}" on the target.`, place: undefined };
        continue;
      }
      if (kind === 'destroy') {
        steps.push(
          step('destroy', `destroy cell ${name}`, [destroyCommand(there)], {
            cell: name,
            dangerous: true,
            effects: [{ kind: 'gone', name }],
          }),
        );
      } else if (there.state !== 'shut down') {
        steps.push(
          step('shutdown', `stop cell ${name}`, [['jailhouse', 'cell', 'shutdown', '--name', name]], { cell: name, dangerous: true }),
        );
      }
    }
    if (steps.length > 0) steps.push(step('finish', 'write down what runs', [], {}));
    return this.plan(steps);
  }

  private onTarget(name: string): TargetCell | undefined {
    return this.state.cells.find((cell) => cell.id !== 0 && cell.name === name);
  }

  private recorded(name: string): TargetRecord['cells'][number] | undefined {
    const there = this.onTarget(name);
    return this.record?.cells.find((cell) => cell.name === name && cell.inode === there?.inode);
  }

  /**
   * @param files Left out: the folder stays as it is.
   * @param kept Other files of the folder that stay.
   */
  private plan(steps: readonly Step[], files?: readonly PlannedFile[], kept: readonly string[] = []): Plan {
    const { prepared, goal, notes, state, record } = this;
    const reuse = (files ?? []).filter(({ name, digest }) => state.next.get(name) !== digest && state.current.get(name) === digest);
    return {
      system: prepared.deployment.system,
      goal,
      folder: prepared.folder,
      steps,
      record,
      reuse: [...reuse.map(({ name }) => name), ...kept],
      files: [...(files ?? []).map(({ name }) => name), ...kept],
      notes,
    };
  }
}

/** How a cell is made and started: by `cell linux` alone, or in up to three commands. */
function guestCommands(planned: PlannedCell) {
  const { cell, config, kernel, initrd, deviceTree, images } = planned;
  if (kernel !== undefined && deviceTree !== undefined) {
    const linux = ['jailhouse', 'cell', 'linux', config.name, kernel.name, '-d', deviceTree.name];
    if (initrd !== undefined) linux.push('-i', initrd.name);
    if (cell.linux?.commandLine !== undefined) linux.push('-c', cell.linux.commandLine);
    return { linux };
  }
  const create = ['jailhouse', 'cell', 'create', config.name];
  if (images.length === 0) return { create };
  const loads = images.flatMap(({ file, address }) => [file.name, '-a', `0x${address.toString(16)}`]);
  return {
    create,
    load: ['jailhouse', 'cell', 'load', '--name', cell.name, ...loads],
    start: ['jailhouse', 'cell', 'start', '--name', cell.name],
  };
}

/** The files of a system config and cells, each once, whoever shares it. */
export function filesOfAll(root: PlannedFile, cells: readonly PlannedCell[]): readonly PlannedFile[] {
  return [...new Map([root, ...cells.flatMap(filesOf)].map((file) => [file.name, file])).values()];
}

/** Every file of a cell, its config first. */
export function filesOf(cell: PlannedCell): readonly PlannedFile[] {
  const { config, kernel, initrd, deviceTree, images, companions } = cell;
  return [config, kernel, initrd, deviceTree, ...images.map(({ file }) => file), ...companions].filter((file) => file !== undefined);
}

function step(
  kind: StepKind,
  title: string,
  commands: readonly (readonly string[])[],
  more: Partial<Pick<Step, 'reason' | 'dangerous' | 'cell' | 'config' | 'place' | 'effects'>>,
): Step {
  return {
    kind,
    title,
    reason: '',
    dangerous: false,
    commands,
    cell: undefined,
    file: undefined,
    config: undefined,
    place: undefined,
    effects: [],
    ...more,
  };
}

/** By number: a cell that was made by hand may have any name. */
function destroyCommand({ id }: TargetCell): readonly string[] {
  return ['jailhouse', 'cell', 'destroy', String(id)];
}

function cpuWords(cpus: readonly number[]): string {
  return `${cpus.length === 1 ? 'CPU' : 'CPUs'} ${cpus.join(', ')}`;
}
