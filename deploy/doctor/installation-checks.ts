import { check, type Judge, ok } from './check.ts';

export const tool: Judge = ({ facts }) => {
  if (facts.state.tool !== undefined) return ok('tool', 'jailhouse program', `${facts.state.tool}.`);
  return check(
    'tool',
    'jailhouse program',
    'blocker',
    'There is no "jailhouse" program.',
    'Install the Jailhouse tools on the target: make install.',
  );
};

export const module: Judge = ({ facts }) => {
  if (facts.moduleVersion === undefined && facts.state.module === 'not loaded')
    return check(
      'module',
      'Kernel module',
      'blocker',
      `There is no module jailhouse for the kernel ${facts.kernel}.`,
      'Build and install jailhouse.ko for this kernel: make modules_install, then depmod.',
    );
  return ok('module', 'Kernel module', `${facts.moduleVersion ?? 'of unknown version'}, ${facts.state.module}.`);
};

export const revision: Judge = ({ facts, expected, deployment }) => {
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
};

export const firmware: Judge = ({ facts, expected }) => {
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
};

export const programs: Judge = ({ facts }) => {
  const missing = ['sha256sum', 'flock', 'timeout'].filter((name) => !(name in facts.state.programs));
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
};

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
