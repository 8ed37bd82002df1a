import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Deployment } from '@jailhouse-cells/core/deployment/deployment.ts';
import { fromMessage, toMessage } from '@jailhouse-cells/core/deployment/message.ts';
import { meaningsOf } from '@jailhouse-cells/core/workspace/meanings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { describe, expect, it } from 'vitest';
import { SourceOracle } from '../devicetree/source-oracle.ts';
import { MemoryFiles } from '../memory-files.ts';

const example = resolve(import.meta.dirname, '../../examples/rpi4');

function exampleDeployment(config: string): Deployment {
  const deployment = new Workspace(nodeFileSystem).deployment(join(example, config));
  if (deployment === undefined) throw new Error(`no deployment of ${config}`);
  return deployment;
}

/** The example in memory, with one file changed. */
function changedExample(path: string, change: (text: string) => string): Workspace {
  const files: Record<string, string> = {};
  for (const name of ['jailhouse.json', 'configs/rpi4.c', 'configs/rpi4-linux-demo.c', 'configs/rpi4-inmate-demo.c', 'dts/inmate-rpi4.dts'])
    files[`/w/${name}`] = readFileSync(join(example, name), 'utf8');
  for (const name of ['dts/board.dts', 'dts/jailhouse.dts', 'boot/config.txt', 'boot/cmdline.txt'])
    files[`/w/${name}`] = readFileSync(join(example, name), 'utf8');
  for (const name of ['Image', 'rootfs.cpio', 'inmate-demo.bin']) files[`/w/images/${name}`] = 'stand-in';
  const before = files[path] ?? '';
  const after = change(before);
  if (after === before) throw new Error(`${path} did not change`);
  files[path] = after;
  return new Workspace(new MemoryFiles(files));
}

describe('a deployment of the Raspberry Pi 4 example', () => {
  const deployment = exampleDeployment('configs/rpi4.c');

  it('is the same from each of its configs', () => {
    for (const config of ['configs/rpi4-linux-demo.c', 'configs/rpi4-inmate-demo.c']) expect(exampleDeployment(config)).toEqual(deployment);
  });

  it('has the cells of jailhouse.json in their order, with what is loaded into them', () => {
    expect(deployment.cells.map(({ name }) => name)).toEqual(['rpi4-linux-demo', 'rpi4-inmate-demo']);
    const [linux, demo] = deployment.cells;
    expect(linux?.linux?.kernel.path).toBe(join(example, 'images/Image'));
    expect(linux?.linux?.initrd?.path).toBe(join(example, 'images/rootfs.cpio'));
    expect(linux?.linux?.commandLine).toBe('console=ttyS0,115200 ip=192.168.19.2');
    expect(linux?.network).toMatchObject({ device: 'eth1', address: '192.168.19.1/24' });
    expect(demo?.images).toMatchObject([{ path: join(example, 'images/inmate-demo.bin'), address: 0n }]);
    expect([deployment.target, deployment.explicitSet]).toEqual(['rpi4', true]);
    expect([deployment.obstacles, deployment.findings.filter(({ severity }) => severity !== 'hint')]).toEqual([[], []]);
  });

  it('calls a cell by what the driver leaves of its name', () => {
    const nameOf = (name: string): string | undefined =>
      changedExample('/w/configs/rpi4-inmate-demo.c', (text) => text.replace('"rpi4-inmate-demo"', `"${name}"`)).deployment(
        '/w/configs/rpi4.c',
      )?.cells[1]?.name;
    expect([nameOf('a'.repeat(31)), nameOf(`${'a'.repeat(31)}b`)]).toEqual(['a'.repeat(31), 'a'.repeat(31)]);
  });

  it('has the guest tree as dtc makes it', () => {
    const oracle = new SourceOracle();
    const source = readFileSync(join(example, 'dts/inmate-rpi4.dts'), 'utf8');
    const { bytes, errors } = oracle.compile({ source, files: new Map(), symbols: false });
    oracle.close();
    expect(errors).toEqual([]);
    expect(deployment.cells[0]?.linux?.deviceTree.bytes).toEqual(bytes);
  });

  it('says what the board has to be, each number with its place', () => {
    const { expected } = deployment;
    const line = (path: string, text: string) =>
      readFileSync(join(example, path), 'utf8')
        .split('\n')
        .findIndex((l) => l.includes(text));
    expect(expected).toMatchObject({ architecture: 'arm64', revision: 14, ram: [1n << 30n, 1n << 31n, 1n << 32n, 1n << 33n] });
    expect(expected.hypervisorMemory).toMatchObject({ start: 0x1fc00000n, end: 0x20000000n });
    expect(expected.hypervisorMemory.place?.line).toBe(line('configs/rpi4.c', '.phys_start = 0x1fc00000'));
    expect(expected.model?.value).toBe('raspberrypi,4-model-b');
    expect(expected.cpus.value).toEqual([0, 1, 2, 3]);
    expect(expected.pciWindow?.place?.line).toBe(line('configs/rpi4.c', '.pci_mmconfig_base'));
    expect(expected.cellMemory.some(({ cell, start }) => cell === 'rpi4-inmate-demo' && start === 0x1fa00000n)).toBe(true);
  });

  it('survives the wire', () => {
    expect(fromMessage(JSON.parse(JSON.stringify(toMessage(deployment))))).toEqual(JSON.parse(JSON.stringify(deployment, keep), revive));
    expect(fromMessage(JSON.parse(JSON.stringify(toMessage(deployment)))).root.bytes).toEqual(deployment.root.bytes);
  });
});

/** Leaves out what is undefined, as JSON does, and nothing else. */
const keep = (_: string, value: unknown) =>
  typeof value === 'bigint' ? `bigint ${value}` : value instanceof Uint8Array ? `bytes ${Buffer.from(value).toString('hex')}` : value;
const revive = (_: string, value: unknown) =>
  typeof value !== 'string'
    ? value
    : value.startsWith('bigint ')
      ? BigInt(value.slice(7))
      : value.startsWith('bytes ')
        ? new Uint8Array(Buffer.from(value.slice(6), 'hex'))
        : value;

describe('what keeps a system from being deployed', () => {
  const obstacles = (path: string, change: (text: string) => string) =>
    changedExample(path, change)
      .deployment('/w/configs/rpi4.c')
      ?.obstacles.map(({ config, message }) => [config, message]);

  it('is a kernel that is not there, by its path', () => {
    expect(obstacles('/w/jailhouse.json', (text) => text.replace('images/Image', 'images/Missing'))).toEqual([
      ['/w/configs/rpi4-linux-demo.c', 'The kernel /w/images/Missing is not there: build it, or name another in jailhouse.json.'],
    ]);
  });

  it('is a kernel that is not named', () => {
    expect(obstacles('/w/jailhouse.json', (text) => text.replace('"kernel": "images/Image",', ''))).toEqual([
      ['/w/configs/rpi4-linux-demo.c', 'rpi4-linux-demo.c boots Linux, but no "kernel" is named in "linux" of jailhouse.json.'],
    ]);
  });

  it('is a cell that cannot be read', () => {
    expect(obstacles('/w/configs/rpi4-inmate-demo.c', (text) => text.replace('.cpus = {', '.cpus = ['))).toEqual([
      ['/w/configs/rpi4-inmate-demo.c', 'rpi4-inmate-demo.c cannot be read: mend its errors first.'],
    ]);
  });

  it('is a guest tree with errors', () => {
    expect(obstacles('/w/dts/inmate-rpi4.dts', (text) => text.replace('/dts-v1/;', '/dts-v1/'))).toEqual([
      ['/w/configs/rpi4-linux-demo.c', 'inmate-rpi4.dts cannot be read as a device tree: mend its errors first.'],
    ]);
  });

  it('is told apart from findings, which come with it', () => {
    const deployment = changedExample('/w/configs/rpi4.c', (text) =>
      text.replace('.phys_start = 0x1fc00000', '.phys_start = 0x1fc00800'),
    ).deployment('/w/configs/rpi4.c');
    expect(deployment?.obstacles).toEqual([]);
    expect(deployment?.findings[0]).toMatchObject({ severity: 'error', place: { file: '/w/configs/rpi4.c' } });
  });
});

describe('targets of jailhouse.json', () => {
  const read = (targets: unknown) => {
    const workspace = changedExample('/w/jailhouse.json', () =>
      JSON.stringify({ systems: { rpi4: { rootCell: 'configs/rpi4.c' } }, targets }),
    );
    return {
      targets: workspace.targets('/w/configs/rpi4.c').map(({ name, host, sudo }) => [name, host, sudo]),
      messages: workspace.check('/w/jailhouse.json').findings.map(({ message }) => message),
    };
  };

  it('are read', () => {
    expect(read({ a: { host: 'pi@board' }, b: { host: 'b', sudo: true } })).toEqual({
      targets: [
        ['a', 'pi@board', false],
        ['b', 'b', true],
      ],
      messages: [],
    });
  });

  it.each(['-oProxyCommand=touch /tmp/x', '', 'a b', 'a\nb', '\u0007'])('refuse the host %j, which ssh would misread', (host) => {
    const { targets, messages } = read({ a: { host } });
    expect([targets, messages.length]).toEqual([[], 1]);
    expect(messages[0]).toContain('"host" must be one word');
  });
});

it('explains what a target said by the place to blame', () => {
  const workspace = changedExample('/w/configs/rpi4-linux-demo.c', (text) =>
    text.replace('.architecture = JAILHOUSE_ARM64', '.architecture = JAILHOUSE_ARM'),
  );
  const [meaning] = meaningsOf(
    workspace,
    ['/w/configs/rpi4-linux-demo.c'],
    'jailhouse: Configuration architecture mismatch\nJAILHOUSE_CELL_CREATE: Invalid argument\n',
  );
  expect(meaning?.causes[0]?.places[0]?.place.file).toBe('/w/configs/rpi4-linux-demo.c');
});
