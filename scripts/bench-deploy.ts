// A full deployment by one command, beside the ssh and scp commands that somebody would type, on the same simulated board in one run.
// Alone: npx tsx scripts/bench-deploy.ts [--rounds N]
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { addTarget, targetsFile } from '@jailhouse-cells/deploy/targets-file.ts';
import { type SimulatedBoardServer, startSimulatedBoard } from '@jailhouse-cells/simulator/server/simulated-board.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } }, strict: false });
const rounds = Math.max(1, Number(values.rounds) || 5);
const root = resolve(import.meta.dirname, '..');
const cli = join(root, 'cli/bin/jailhouse-cells.mjs');

/** Milliseconds that a program runs; anything but status 0 ends the measurement. */
async function timed(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ time: number; out: string }> {
  const began = performance.now();
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const status = await new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}:\n${out}${err}`);
  return { time: performance.now() - began, out };
}

/** What somebody types who knows how, for files that are built already; each command in the words that the plan shows. */
function byHand(
  board: SimulatedBoardServer,
  folder: string,
  options: readonly string[],
): readonly (readonly [string, readonly string[]])[] {
  const to = ['-F', board.sshConfig, '-o', 'BatchMode=yes', ...options];
  const ssh = (command: string) => ['ssh', [...to, board.host, command]] as const;
  const images = join(folder, 'examples/rpi4/images');
  const files = [
    ...['rpi4', 'rpi4-linux-demo', 'rpi4-inmate-demo'].map((name) => join(folder, `built/${name}.cell`)),
    ...['Image', 'rootfs.cpio', 'inmate-demo.bin', 'Image.profile.json', 'inmate-demo.bin.profile.json'].map((name) => join(images, name)),
    join(folder, 'built/inmate-rpi4.dtb'),
  ];
  return [
    ssh('mkdir -p cells'),
    ['scp', [...to, '-q', ...files, `${board.host}:cells/`]],
    ssh('sudo modprobe jailhouse'),
    ssh('sudo jailhouse enable cells/rpi4.cell'),
    ssh('sudo ip address add 192.168.19.1/24 dev eth1'),
    ssh('sudo ip link set eth1 up'),
    ssh(
      "cd cells && sudo jailhouse cell linux rpi4-linux-demo.cell Image -d inmate-rpi4.dtb -i rootfs.cpio -c 'console=ttyS0,115200 ip=192.168.19.2'",
    ),
    ssh('sudo jailhouse cell create cells/rpi4-inmate-demo.cell'),
    ssh('sudo jailhouse cell load rpi4-inmate-demo cells/inmate-demo.bin -a 0x0'),
    ssh('sudo jailhouse cell start rpi4-inmate-demo'),
    ssh('sudo jailhouse cell list'),
  ];
}

async function fresh(board: SimulatedBoardServer): Promise<void> {
  await board.powerCycle();
  const { rootFiles } = board.target;
  const remove = (path: string): void => {
    if (rootFiles.stat(path)?.kind === 'directory') for (const name of rootFiles.list(path)) remove(`${path}/${name}`);
    if (rootFiles.stat(path) !== undefined) rootFiles.remove(path);
  };
  remove('/home/pi/.jailhouse-cells');
  remove('/home/pi/cells');
}

function show(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const ms = (value: number) => `${Math.round(value)} ms`.padStart(8);
  console.log(`  ${what.padEnd(62)} ${ms(sorted[0] ?? 0)} ${ms(median(times))} ${ms(sorted.at(-1) ?? 0)}`);
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

async function bench(folder: string): Promise<void> {
  const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  mkdirSync(join(folder, 'built'));
  const example = join(folder, 'examples/rpi4');
  await timed(process.execPath, [cli, 'build', join(example, 'configs'), '--out', join(folder, 'built')]);
  await timed(process.execPath, [cli, 'dtc', join(example, 'dts/inmate-rpi4.dts'), '-o', join(folder, 'built/inmate-rpi4.dtb')]);
  const board = await startSimulatedBoard({ folder: join(folder, 'board'), board: 'rpi4-8gb', bootTime: 50 });
  try {
    await addTarget(targetsFile(env), { name: 'bench', host: board.host, sudo: true, sshConfig: board.sshConfig, simulated: true });
    const expected = board.target.machine;
    const whole = ['deploy', example, '--target', 'bench', '--watch-seconds', '0', '--json'];
    const shared = [`ControlPath=${join(folder, 'm')}`, 'ControlMaster=auto', 'ControlPersist=10'].flatMap((option) => ['-o', option]);
    const ours: number[] = [];
    const again: number[] = [];
    const hand: number[] = [];
    const multiplexed: number[] = [];
    let trips: unknown;
    let tripsAgain: unknown;
    // In turns: what slows this machine down meets all of them.
    for (let round = 0; round < rounds; round++) {
      await fresh(board);
      const full = await timed(process.execPath, [cli, ...whole], env);
      ours.push(full.time);
      trips = (JSON.parse(full.out) as { roundTrips: unknown }).roundTrips;
      const states = () => expected.cells.map(({ name, state }) => `${name} ${state}`).join(', ');
      const reached = states();
      const none = await timed(process.execPath, [cli, ...whole], env);
      again.push(none.time);
      tripsAgain = (JSON.parse(none.out) as { roundTrips: unknown }).roundTrips;
      for (const [times, options] of [
        [hand, []],
        [multiplexed, shared],
      ] as const) {
        await fresh(board);
        let sum = 0;
        for (const [program, words] of byHand(board, folder, options)) sum += (await timed(program, words)).time;
        times.push(sum);
        if (states() !== reached) throw new Error(`the commands by hand lead elsewhere: ${states()} instead of ${reached}`);
        if (options.length > 0) await timed('ssh', ['-F', board.sshConfig, ...options, '-O', 'exit', board.host]);
      }
    }
    const commands = byHand(board, folder, []).length;
    console.log(`examples/rpi4 to a simulated Raspberry Pi 4, ${rounds} rounds.${' '.repeat(29)}min   median      max`);
    show(`jailhouse-cells deploy, ${trips} round trips`, ours);
    show(`  a second time, nothing to do, ${tripsAgain} round trips`, again);
    show(`${commands} ssh and scp commands by hand, a connection each`, hand);
    show('  the same over one shared connection (ControlMaster)', multiplexed);
    console.log(`  jailhouse-cells / by hand (medians): ${(median(ours) / median(hand)).toFixed(2)} times   target: at most 1.1`);
  } finally {
    await board.stop();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'jhc-bench-'));
try {
  if (!existsSync(join(root, 'dist/cli-deployment.cjs'))) await timed(process.execPath, [join(root, 'scripts/build.mjs')]);
  await bench(folder);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
