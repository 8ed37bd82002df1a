// Gets a fresh machine ready: the npm packages of the lock file, and the Debian packages that the tests compare with.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumOnPath } from './chromium.mjs';
import { npm, programOnPath, root, run } from './programs.mjs';

/** Programs that the tests run, and the Debian package of each. */
const programs = {
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu',
  'aarch64-linux-gnu-objcopy': 'binutils-aarch64-linux-gnu',
  'arm-linux-gnueabihf-gcc': 'gcc-arm-linux-gnueabihf',
  'arm-linux-gnueabihf-objcopy': 'binutils-arm-linux-gnueabihf',
  gcc: 'gcc',
  objcopy: 'binutils',
  dtc: 'device-tree-compiler',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  sshd: 'openssh-server',
};

/** True when node_modules holds what package-lock.json asks for. */
function packagesFit() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') || entry.optional || entry.peer || entry.link) return true;
    return present[path]?.version === entry.version;
  });
}

/** Installs npm packages if need be; gives a line for the user when that fails. @returns {string | undefined} */
export function setUpPackages() {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) return `Node 20 or newer is needed; this is ${process.versions.node}.`;
  if (packagesFit()) return undefined;
  console.log('Installing npm packages');
  // No package here needs its install script: esbuild and biome bring their programs as packages.
  if (npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']) === 0) return undefined;
  return 'npm ci failed; its message stands above.';
}

/** Installs what the tests need from Debian; gives a line for the user when that cannot be done. @returns {string | undefined} */
export function setUpTestPrograms() {
  const missing = missingPackages();
  if (missing.length === 0) return undefined;
  const remedy = `Install these packages and try again: sudo apt-get install ${missing.join(' ')}`;
  const debian = existsSync('/etc/debian_version') && programOnPath('apt-get') !== undefined;
  if (!debian) return `Missing programs. On Debian they are in: ${missing.join(' ')}. Install their like and try again.`;
  if (process.getuid?.() !== 0) return remedy;
  console.log(`Installing Debian packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
  // The lists of a fresh machine are old or empty.
  if (install() !== 0 && (run('apt-get', ['update', '-qq'], { env }) !== 0 || install() !== 0)) return remedy;
  const still = missingPackages();
  return still.length === 0 ? undefined : `Still missing after the install: ${still.join(' ')}`;
}

function missingPackages() {
  const missing = Object.entries(programs)
    // sshd is where the PATH of a user does not lead.
    .filter(([program]) => programOnPath(program) === undefined && !existsSync(`/usr/sbin/${program}`))
    .map(([, name]) => name);
  if (chromiumOnPath() === undefined) missing.push('chromium', 'fonts-dejavu-core');
  return [...new Set(missing)];
}
