import type { Deployment, ExpectedTarget, Place } from '@jailhouse-cells/core/deployment/deployment.ts';
import { hex, humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import type { Target } from '../target.ts';
import type { BoardFacts } from './board-facts.ts';
import { claimedIn, readIomem, systemRamIn } from './iomem.ts';
import { sudoersLine as lineFor } from './sudoers.ts';

/** `unknown`: the target does not tell, mostly for want of root. */
export type CheckLevel = 'ok' | 'warning' | 'blocker' | 'unknown';

/** One row of the doctor's table. */
export interface Check {
  readonly id: string;
  /** `Hypervisor memory`. */
  readonly title: string;
  readonly level: CheckLevel;
  /** What was found, in a sentence. */
  readonly found: string;
  /** What to do; empty where all is well. */
  readonly remedy: string;
  /** The text that expects something else. */
  readonly place: Place | undefined;
}

export interface DoctorOptions {
  /** The host's clock, seconds since 1970. */
  readonly now: number;
  /** Bytes that will be sent. */
  readonly toSend: number;
}

/** Seconds by which clocks may differ before files and logs confuse people. */
const clockTolerance = 300;

type Judge = (context: {
  facts: BoardFacts;
  expected: ExpectedTarget;
  deployment: Deployment;
  target: Target;
  options: DoctorOptions;
}) => Check | undefined;

/** Compares a target with what a system takes for granted. In the order in which they would stop a deployment. */
export function checkTarget(facts: BoardFacts, deployment: Deployment, target: Target, options: DoctorOptions): readonly Check[] {
  const context = { facts, expected: deployment.expected, deployment, target, options };
  return judges.flatMap((judge) => judge(context) ?? []);
}

const ok = (id: string, title: string, found: string): Check => ({ id, title, level: 'ok', found, remedy: '', place: undefined });

function check(id: string, title: string, level: CheckLevel, found: string, remedy: string, place?: Place | undefined): Check {
  return { id, title, level, found, remedy, place };
}

/** The line for /etc/sudoers.d that lets a login do what a deployment needs. */
export function sudoersLine({ state }: Pick<BoardFacts, 'state'>): string {
  return lineFor(state);
}

const judges: readonly Judge[] = [
  ({ facts, target }) => {
    const { state } = facts;
    const title = 'Root';
    if (state.root === 'login') return ok('root', title, 'The login is root.');
    if (state.root === 'sudo' && target.sudo) return ok('root', title, `${state.user} may run jailhouse by sudo.`);
    if (state.root === 'sudo')
      return check(
        'root',
        title,
        'blocker',
        `${state.user} is not root, and the target does not say "sudo": true.`,
        'Add "sudo": true to the target.',
      );
    const said = state.sudoText === '' ? 'sudo is not there, or asks for a password' : state.sudoText.split('\n')[0];
    return check(
      'root',
      title,
      'blocker',
      `${state.user} may not become root: ${said}.`,
      `Put this line into /etc/sudoers.d/jailhouse-cells with visudo: ${sudoersLine(facts)}`,
    );
  },
  ({ facts, expected }) => {
    const { model } = expected;
    if (model === undefined) return undefined;
    if (facts.compatible.length === 0) return check('model', 'Board', 'unknown', 'The target shows no device tree.', '');
    const name = facts.model ?? facts.compatible[0] ?? '';
    if (facts.compatible.includes(model.value)) return ok('model', 'Board', `${name}.`);
    return check(
      'model',
      'Board',
      'blocker',
      `The target is ${name} (${facts.compatible.join(', ')}), the configs are for ${model.value}.`,
      'Choose the right target, or mend "model" of the board in jailhouse.json.',
      model.place,
    );
  },
  ({ facts, expected }) => {
    const size = ramOf(facts);
    if (size === undefined || expected.ram.length === 0) return undefined;
    const found = `${humanSize(size)} of RAM.`;
    if (expected.ram.includes(size)) return ok('ram', 'RAM', found);
    return check(
      'ram',
      'RAM',
      'warning',
      `The target has ${found.slice(0, -1)}, the configs are checked for ${expected.ram.map((ram) => humanSize(ram)).join(', ')}.`,
      'State the RAM of this board ("ram") in jailhouse.json, then look at the findings.',
      expected.model?.place,
    );
  },
  ({ facts, expected }) => {
    const wanted = expected.architecture === 'arm64' ? /^aarch64$/ : expected.architecture === 'arm' ? /^arm/ : /^x86_64$/;
    if (wanted.test(facts.machine)) return ok('architecture', 'Kernel', `${facts.machine}, ${facts.kernel}.`);
    return check(
      'architecture',
      'Kernel',
      'blocker',
      `The kernel is for ${facts.machine}, the configs are for ${expected.architecture}.`,
      expected.architecture === 'arm64'
        ? 'Boot a 64-bit kernel (arm_64bit=1 in config.txt on a Raspberry Pi).'
        : 'Choose the right target.',
    );
  },
  ({ facts, expected }) => {
    if (expected.architecture === 'x86') return undefined;
    const title = 'CPUs under PSCI';
    if (facts.enableMethods.length === 0) return check('psci', title, 'unknown', 'The target does not say how its CPUs are started.', '');
    if (facts.enableMethods.every((method) => method === 'psci')) return ok('psci', title, 'Firmware starts and stops the CPUs by PSCI.');
    return check(
      'psci',
      title,
      'blocker',
      `The CPUs are started by ${facts.enableMethods.join(', ')}, not by PSCI: enabling would stop the board.`,
      'Boot with TF-A (armstub=bl31.bin in config.txt on a Raspberry Pi).',
    );
  },
  ({ facts, expected }) => {
    if (expected.architecture === 'x86') return undefined;
    const title = 'Hypervisor mode (EL2)';
    if (facts.startedAt === undefined)
      return check('el2', title, 'unknown', 'The kernel log no longer tells at which level the CPUs were started.', '');
    if (facts.startedAt === 'EL2') return ok('el2', title, 'The CPUs were started at EL2.');
    return check(
      'el2',
      title,
      'blocker',
      `The CPUs were started at ${facts.startedAt}: the hypervisor cannot be installed.`,
      'Boot the kernel at EL2; in a virtual machine, with virtualization on.',
    );
  },
  ({ facts }) => {
    if (facts.state.tool !== undefined) return ok('tool', 'jailhouse program', `${facts.state.tool}.`);
    return check(
      'tool',
      'jailhouse program',
      'blocker',
      'There is no "jailhouse" program.',
      'Install the Jailhouse tools on the target: make install.',
    );
  },
  ({ facts }) => {
    if (facts.moduleVersion === undefined && facts.state.module === 'not loaded')
      return check(
        'module',
        'Kernel module',
        'blocker',
        `There is no module jailhouse for the kernel ${facts.kernel}.`,
        'Build and install jailhouse.ko for this kernel: make modules_install, then depmod.',
      );
    return ok('module', 'Kernel module', `${facts.moduleVersion ?? 'of unknown version'}, ${facts.state.module}.`);
  },
  ({ facts, expected, deployment }) => {
    const revisions = revisionsOf(facts.moduleVersion);
    if (revisions === undefined) return undefined;
    const title = 'Config revision';
    const built = `The configs have revision ${expected.revision}`;
    if (revisions.includes(expected.revision)) {
      if (revisions.length === 1) return ok('revision', title, `${built}, as ${facts.moduleVersion} wants.`);
      return ok('revision', title, `${built}; ${facts.moduleVersion} takes one of ${revisions.join(', ')}: it does not tell which.`);
    }
    return check(
      'revision',
      title,
      'blocker',
      `${built}, ${facts.moduleVersion} takes ${revisions.join(' or ')}.`,
      'Name the Jailhouse tree that the target runs in "headers" of jailhouse.json, or its "revision".',
      deployment.root.place,
    );
  },
  ({ facts, expected }) => {
    if (expected.architecture === 'x86') return undefined;
    const { firmware } = facts;
    if (firmware === undefined)
      return check(
        'firmware',
        'Hypervisor image',
        'blocker',
        'There is no jailhouse.bin in the kernel’s firmware folders.',
        'Install it: make firmware_install, or copy hypervisor/jailhouse.bin to /lib/firmware.',
      );
    if (firmware.isJailhouse) return ok('firmware', 'Hypervisor image', `${firmware.path}.`);
    return check(
      'firmware',
      'Hypervisor image',
      'blocker',
      `${firmware.path} does not begin like a hypervisor image.`,
      'Install jailhouse.bin of the same build as the module.',
    );
  },
  ({ facts, expected }) => {
    const title = 'Hypervisor memory';
    const { start, end, place } = expected.hypervisorMemory;
    const range = `${hex(start)}-${hex(end - 1n)}`;
    const ranges = facts.iomem === undefined ? undefined : readIomem(facts.iomem);
    if (ranges === undefined)
      return check('hypervisor-memory', title, 'unknown', '/proc/iomem shows addresses to root only.', 'Let the login read it by sudo.');
    const ram = systemRamIn(ranges, start, end);
    if (ram === undefined) return ok('hypervisor-memory', title, `${range} is kept out of Linux.`);
    return check(
      'hypervisor-memory',
      title,
      'blocker',
      `${range} lies in memory that Linux uses (System RAM ${hex(ram.start)}-${hex(ram.end - 1n)}): enabling would fail or destroy data.`,
      'Reserve it with no-map in the board’s device tree, install that tree on the target and restart it.',
      place,
    );
  },
  ({ facts, expected }) => {
    const ranges = facts.iomem === undefined ? undefined : readIomem(facts.iomem);
    if (ranges === undefined || expected.cellMemory.length === 0) return undefined;
    const title = 'Memory of the cells';
    for (const { cell, name, start, end, place } of expected.cellMemory) {
      const ram = systemRamIn(ranges, start, end);
      if (ram === undefined) continue;
      return check(
        'cell-memory',
        title,
        'blocker',
        `${name} of ${cell}, ${hex(start)}-${hex(end - 1n)}, lies in memory that Linux uses (System RAM ${hex(ram.start)}-${hex(ram.end - 1n)}).`,
        'Reserve it with no-map in the board’s device tree, install that tree on the target and restart it.',
        place,
      );
    }
    return ok('cell-memory', title, 'All of it is kept out of Linux.');
  },
  ({ facts, expected }) => {
    const { gpuMem } = expected;
    if (gpuMem === undefined || facts.gpuMem === undefined) return undefined;
    if (facts.gpuMem === gpuMem.value) return ok('gpu-memory', 'GPU memory', `${facts.gpuMem} MiB.`);
    return check(
      'gpu-memory',
      'GPU memory',
      'warning',
      `The firmware took ${facts.gpuMem} MiB, config.txt of the project says ${gpuMem.value} MiB.`,
      'Install config.txt on the target and restart it, or take over what the target has.',
      gpuMem.place,
    );
  },
  ({ facts, expected }) => {
    const { pciWindow } = expected;
    const ranges = facts.iomem === undefined ? undefined : readIomem(facts.iomem);
    if (pciWindow === undefined || ranges === undefined) return undefined;
    const title = 'Virtual PCI window';
    const { start, end, place } = pciWindow;
    const range = `${hex(start)}-${hex(end - 1n)}`;
    const taken = systemRamIn(ranges, start, end) ?? claimedIn(ranges, start, end);
    if (taken === undefined) return ok('pci-window', title, `${range} is free.`);
    const level = taken.name === 'System RAM' ? 'blocker' : 'warning';
    return check(
      'pci-window',
      title,
      level,
      `${range} is taken by ${taken.name} (${hex(taken.start)}-${hex(taken.end - 1n)}).`,
      'Move pci_mmconfig_base, or reserve the window with no-map in the board’s device tree.',
      place,
    );
  },
  ({ facts, expected }) => {
    const { kernelOptions } = facts;
    if (expected.pciWindow === undefined) return undefined;
    const title = 'Kernel options';
    if (kernelOptions === undefined) return check('kernel-options', title, 'unknown', 'The kernel does not show its options.', '');
    const missing = ['CONFIG_OF_OVERLAY', 'CONFIG_PCI', 'CONFIG_PCI_HOST_GENERIC', 'CONFIG_HOTPLUG_CPU'].filter(
      (name) => kernelOptions.get(name) !== 'y' && kernelOptions.get(name) !== 'm',
    );
    if (missing.length === 0) return ok('kernel-options', title, 'Those for virtual PCI and for giving away CPUs are set.');
    return check(
      'kernel-options',
      title,
      missing.includes('CONFIG_HOTPLUG_CPU') ? 'blocker' : 'warning',
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.`,
      'Build the kernel with these options; without them there is no virtual PCI in the root cell, or no CPU to give away.',
    );
  },
  ({ facts, expected }) => {
    const title = 'CPUs';
    const wanted = expected.cpus.value;
    if (facts.onlineCpus.length === 0) return undefined;
    // While the hypervisor is enabled, CPUs of cells are off line for Linux.
    const have = facts.state.enabled ? [...new Set(facts.state.cells.flatMap(({ cpus }) => cpus))].sort((a, b) => a - b) : facts.onlineCpus;
    if (have.join() === wanted.join()) return ok('cpus', title, `${have.length} on line, as the system config says.`);
    const more = wanted.filter((cpu) => !have.includes(cpu));
    const fewer = have.filter((cpu) => !wanted.includes(cpu));
    const what = [
      ...(more.length > 0 ? [`CPU ${more.join(', ')} of the system config is not on line`] : []),
      ...(fewer.length > 0 ? [`CPU ${fewer.join(', ')} is on line and not in the system config`] : []),
    ].join('; ');
    return check(
      'cpus',
      title,
      'blocker',
      `${what}: enabling fails or hangs.`,
      'Bring all CPUs on line, and give .cpus of the system config exactly those of the board.',
      expected.cpus.place,
    );
  },
  ({ facts, options }) => {
    const { freeBytes } = facts;
    if (freeBytes === undefined) return undefined;
    const found = `${humanSize(BigInt(freeBytes))} free, ${humanSize(BigInt(options.toSend))} to send.`;
    // Old and new files lie beside each other for a moment.
    if (freeBytes > options.toSend + (1 << 20)) return ok('disk', 'Disk', found);
    return check('disk', 'Disk', 'blocker', found, 'Make room in the home folder of the login.');
  },
  ({ facts, options }) => {
    const { clock } = facts.state;
    const away = Math.abs(clock - options.now);
    if (clock === 0) return undefined;
    if (away <= clockTolerance) return ok('clock', 'Clock', 'Within five minutes of this machine’s.');
    return check(
      'clock',
      'Clock',
      'warning',
      `It differs by ${away >= 7200 ? `${Math.round(away / 3600)} hours` : `${Math.round(away / 60)} minutes`} from this machine’s.`,
      'Set it (timedatectl), so that the times of logs can be compared.',
    );
  },
  ({ facts }) => {
    const missing = ['sha256sum', 'flock', 'timeout'].filter((name) => !facts.programs.includes(name));
    if (missing.includes('sha256sum'))
      return check(
        'programs',
        'Programs',
        'blocker',
        'There is no sha256sum: what arrives cannot be checked.',
        'Install coreutils, or a busybox with sha256sum.',
      );
    if (missing.includes('flock'))
      return check(
        'programs',
        'Programs',
        'warning',
        'There is no flock: two deployments are kept apart by a folder in /tmp.',
        'Install util-linux.',
      );
    return ok('programs', 'Programs', 'What a deployment needs is there.');
  },
  ({ facts }) => {
    if (facts.deploying === undefined) return ok('lock', 'Other sessions', 'Nobody else is deploying.');
    return check('lock', 'Other sessions', 'blocker', `${facts.deploying} is deploying to this target now.`, 'Wait for it to end.');
  },
  ({ facts, deployment }) => {
    const { state } = facts;
    if (!state.enabled) return ok('state', 'Hypervisor', 'Not enabled.');
    const root = state.cells.find(({ id }) => id === 0);
    if (root !== undefined && root.failedCpus.length > 0)
      return check(
        'state',
        'Hypervisor',
        'blocker',
        `CPU ${root.failedCpus.join(', ')} of the root cell is parked: the board is half dead.`,
        'Switch the board off and on.',
      );
    const cells = state.cells.filter(({ id }) => id !== 0).map(({ name, state: cellState }) => `${name} (${cellState})`);
    const known = state.record?.system === deployment.system && state.record.bootId === state.bootId;
    return ok(
      'state',
      'Hypervisor',
      `Enabled${known ? ` with ${deployment.system}` : ' by somebody else'}; ${cells.length === 0 ? 'no cells' : cells.join(', ')}.`,
    );
  },
];

/** RAM that is fitted, in bytes: on a Raspberry Pi bits 20 to 22 of the revision code; else what Linux says, up to the next GiB. */
function ramOf({ cpuinfo, iomem }: BoardFacts): bigint | undefined {
  const revision = /^Revision\s*:\s*([0-9a-f]+)\s*$/m.exec(cpuinfo ?? '')?.[1];
  if (revision !== undefined) {
    const code = Number.parseInt(revision, 16);
    if (((code >>> 23) & 1) === 1) return (256n << 20n) << BigInt((code >>> 20) & 7);
  }
  const ranges = iomem === undefined ? undefined : readIomem(iomem);
  if (ranges === undefined) return undefined;
  const sum = ranges
    .filter(({ name, depth }) => depth === 0 && (name === 'System RAM' || name === 'reserved'))
    .reduce((total, { start, end }) => total + end - start, 0n);
  return sum === 0n ? undefined : ((sum + (1n << 30n) - 1n) >> 30n) << 30n;
}

/** Config revisions that a build may have: a release has one, what was built between two has one of several (git tags of upstream). */
function revisionsOf(version: string | undefined): readonly number[] | undefined {
  const match = /^v?0\.(\d+)(?:\.\d+)?(?:\s*\((\d+)-g|-(\d+)-g)?/.exec(version ?? '');
  if (match === null) return undefined;
  const release = Number(match[1]);
  const between = match[2] !== undefined || match[3] !== undefined;
  const revisions: Readonly<Record<number, readonly number[]>> = { 10: [10], 11: [10], 12: [12] };
  if (release === 12 && between) return [12, 13, 14];
  return between ? undefined : revisions[release];
}
