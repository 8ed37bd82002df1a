import { describe, expect, it } from 'vitest';
import { liveLanes } from '../../../client/live-lanes.ts';
import { addressFacts } from '../../../client/targets/console-address.ts';
import { likeliestSystem } from '../../../client/targets/likeliest-system.ts';
import { exampleMaps } from '../../webview/story-map.ts';

const map = exampleMaps('examples/rpi4/configs/rpi4.c')({});

describe('what is at an address of a cell', () => {
  it('is its own region, with the flags', () => {
    const facts = addressFacts(map, 'rpi4-inmate-demo', 0x10n);
    expect(facts.text).toMatch(/^0x10 is in mem_regions\[\d+\] of cell "rpi4-inmate-demo" \(.*READ/);
    expect(facts.place?.uri).toContain('rpi4-inmate-demo.c');
    expect(facts.region).toBeUndefined();
  });

  it('is a device of the board that the cell may get', () => {
    const device = map.lanes
      .find(({ kind }) => kind === 'board')
      ?.blocks.find(
        ({ kind, start }) =>
          kind === 'device' && BigInt(start) >= 0xfe000000n && addressFacts(map, 'rpi4-inmate-demo', BigInt(start)).region !== undefined,
      );
    if (device === undefined) throw new Error('the example board has no device that the cell lacks');
    const facts = addressFacts(map, 'rpi4-inmate-demo', BigInt(device.start));
    expect(facts.text).toContain(`${device.name} of the board; cell "rpi4-inmate-demo" has no region there`);
    const page = (BigInt(device.start) / 0x1000n) * 0x1000n;
    expect(facts.region).toContain(`.phys_start = 0x${page.toString(16)},`);
    expect(facts.region).toContain('JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO');
  });

  it('is never offered where the hypervisor itself is, in the first page, or where nothing is known', () => {
    const hypervisor = map.lanes.find(({ kind }) => kind === 'hypervisor')?.blocks[0];
    expect(addressFacts(map, 'rpi4-inmate-demo', BigInt(hypervisor?.start ?? 0)).region).toBeUndefined();
    expect(addressFacts(map, 'rpi4-inmate-demo', 0xf_ffff_ff00n)).toMatchObject({ region: undefined, place: undefined });
    expect(addressFacts(map, 'unheard of', 0xfe215000n).text).toContain('no config of cell "unheard of"');
  });
});

it('cells of a target are found in the lanes of the map by their names', () => {
  const lanes = liveLanes(map.lanes, [
    { name: 'rpi4', state: 'running', failedCpus: [2] },
    { name: 'rpi4-inmate-demo', state: 'failed', failedCpus: [] },
    { name: 'another', state: 'running', failedCpus: [] },
  ]);
  const byTitle = new Map(lanes.map((cell) => [map.lanes.find(({ id }) => id === cell.lane)?.title, cell]));
  expect(byTitle.get('rpi4')).toMatchObject({ state: 'running', failed: true });
  expect(byTitle.get('rpi4-inmate-demo')).toMatchObject({ state: 'failed', failed: true });
  expect(byTitle.get('rpi4-linux-demo')).toMatchObject({ state: 'not created', failed: false });
  expect(lanes).toHaveLength(3);
});

describe('the system that runs on a target', () => {
  const system = (name: string, uri: string) =>
    ({ name, rootUri: uri, from: 'naming', configs: [{ uri, name: 'Board', errors: 0, warnings: 0 }] }) as const;
  const [a, b] = [system('a', 'file:///a.c'), system('b', 'file:///b.c')];
  it('is the one that the user looks at, where several have this name', () => {
    expect(likeliestSystem([a, b], 'Board', 'file:///b.c')).toBe(b);
    expect(likeliestSystem([a, b], 'Board', undefined)).toBe(a);
    expect(likeliestSystem([a, b], 'Other', 'file:///b.c')).toBeUndefined();
    expect(likeliestSystem([a, b], undefined, undefined)).toBeUndefined();
    expect(likeliestSystem([a], undefined, undefined)).toBe(a);
  });
});
