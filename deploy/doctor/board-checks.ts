import { ramFromRevision } from '@jailhouse-cells/core/board/pi-model.ts';
import { revisionIn } from '@jailhouse-cells/core/board/proc-files.ts';
import { humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import { type CheckContext, check, type Judge, ok } from './check.ts';

export const model: Judge = ({ facts, expected }) => {
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
};

export const ram: Judge = ({ facts, expected, iomem }) => {
  const size = ramOf({ facts, iomem });
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
};

export const architecture: Judge = ({ facts, expected }) => {
  const wanted = expected.architecture === 'arm64' ? /^aarch64$/ : expected.architecture === 'arm' ? /^arm/ : /^x86_64$/;
  if (wanted.test(facts.machine)) return ok('architecture', 'Kernel', `${facts.machine}, ${facts.kernel}.`);
  return check(
    'architecture',
    'Kernel',
    'blocker',
    `The kernel is for ${facts.machine}, the configs are for ${expected.architecture}.`,
    expected.architecture === 'arm64' ? 'Boot a 64-bit kernel (arm_64bit=1 in config.txt on a Raspberry Pi).' : 'Choose the right target.',
  );
};

export const psci: Judge = ({ facts, expected }) => {
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
};

export const el2: Judge = ({ facts, expected }) => {
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
};

export const gpuMemory: Judge = ({ facts, expected }) => {
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
};

export const kernelOptions: Judge = ({ facts, expected }) => {
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
};

export const cpus: Judge = ({ facts, expected }) => {
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
};

/** RAM that is fitted, in bytes: on a Raspberry Pi bits 20 to 22 of the revision code; else what Linux says, up to the next GiB. */
function ramOf({ facts, iomem }: Pick<CheckContext, 'facts' | 'iomem'>): bigint | undefined {
  const revision = revisionIn(facts.cpuinfo ?? '');
  const fitted = revision === undefined ? undefined : ramFromRevision(revision);
  if (fitted !== undefined || iomem === undefined) return fitted;
  const sum = iomem
    .filter(({ name, depth }) => depth === 0 && (name === 'System RAM' || name === 'reserved'))
    .reduce((total, { size }) => total + size, 0n);
  return sum === 0n ? undefined : ((sum + (1n << 30n) - 1n) >> 30n) << 30n;
}
