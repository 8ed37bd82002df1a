import { fileURLToPath } from 'node:url';
import { mapSvg } from '@jailhouse-cells/core/map-export/svg.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PageSession } from './page-session.ts';
import { exampleMaps } from './story-map.ts';
import { themes } from './themes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const config = 'examples/rpi4-story/1-window-over-ram/configs/rpi4.c';
const story = exampleMaps(config);
const [light, dark] = themes;
if (light === undefined || dark === undefined) throw new Error('no theme');

let session: PageSession;
beforeAll(async () => {
  session = await PageSession.open();
  await session.loadFresh(light);
  await session.send({ type: 'map', map: story({}), whatIf: {} });
  await session.page.locator('[data-block="hypervisor:ecam"]').waitFor();
});
afterAll(() => session?.close());
afterEach(() => {
  expect(session.errors.splice(0)).toEqual([]);
});

/** What the server would send for a PNG. */
function exampleSvg(): string {
  const reading = new Workspace(nodeFileSystem).memoryMap(`${root}${config}`);
  if (reading === undefined) throw new Error('no map');
  return mapSvg(reading, { shown: (path) => path });
}

async function drawn(svg: string) {
  await session.send({ type: 'draw-png', picture: 7, svg });
  const { picture, base64, reason } = await session.output('png');
  expect(picture).toBe(7);
  return { bytes: base64 === undefined ? undefined : Buffer.from(base64, 'base64'), reason };
}

/** Pixels of a PNG, from its header. */
function sizeOf(png: Buffer) {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/** Colour of a pixel, `r,g,b`, as the browser reads the PNG. */
function pixel(png: Buffer, x: number, y: number): Promise<unknown> {
  return session.page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${png.toString('base64')}'), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return [...context.getImageData(${x}, ${y}, 1, 1).data].slice(0, 3).join();
  })()`);
}

describe('the picture of a map', () => {
  it('is the SVG at twice its size, in the light or dark of the page', async () => {
    const svg = exampleSvg();
    const [, width = '', height = ''] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    const { bytes } = await drawn(svg);
    if (bytes === undefined) throw new Error('no picture');
    expect(sizeOf(bytes)).toEqual({ width: 2 * Number(width), height: 2 * Number(height) });
    expect(await pixel(bytes, 3, 3)).toBe('255,255,255');
    await session.use(dark);
    const atNight = await drawn(svg);
    expect(await pixel(atNight.bytes ?? Buffer.alloc(0), 3, 3)).toBe('13,17,23');
    await session.use(light);
  });

  it('has its colours and patterns, not only shapes', async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><style>.a{fill:#ff0000}</style><rect class="a" width="20" height="10"/></svg>`;
    const { bytes } = await drawn(svg);
    expect(await pixel(bytes ?? Buffer.alloc(0), 20, 10)).toBe('255,0,0');
  });

  it('is smaller where twice the size is too large, and refused with the reason where its text could not be read', async () => {
    const svg = (width: number, height: number) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"></svg>`;
    const high = await drawn(svg(100, 12_000));
    expect(sizeOf(high.bytes ?? Buffer.alloc(0))).toEqual({ width: 136, height: 16_384 });
    const higher = await drawn(svg(100, 400_000));
    expect(higher.bytes).toBeUndefined();
    expect(higher.reason).toContain('export an SVG');
  });

  it('is refused with a reason where the text is no drawing', async () => {
    const { bytes, reason } = await drawn('<svg');
    expect(bytes).toBeUndefined();
    expect(reason).not.toBe('');
  });

  it('is asked for by a button of the page', async () => {
    await session.page.getByRole('button', { name: 'Export' }).click();
    await session.output('export');
  });
});

describe('a page that fails', () => {
  it('says what went wrong, is accessible, and begins anew with all of the map', async () => {
    const whatIf = { variant: '4GiB' };
    await session.send({ type: 'map', map: story(whatIf), whatIf });
    await session.page.locator('[data-block="hypervisor:ecam"]').click();
    const lane = { id: 'x', title: 'x', kind: 'cell', blocks: null };
    const broken = { ...story(whatIf), lanes: [lane] } as unknown as ReturnType<typeof story>;
    await session.send({ type: 'map', map: broken, whatIf });
    await session.page.getByRole('heading', { name: 'The memory map cannot be drawn' }).waitFor();
    expect(await session.violations()).toEqual([]);
    await session.screenshot('failed');
    session.outputs.length = 0;
    await session.page.getByRole('button', { name: 'Reload' }).click();
    expect((await session.output('ready')).whatIf).toEqual({});
    await session.send({ type: 'map', map: story({}), whatIf: {} });
    await session.page.locator('[data-block="hypervisor:ecam"][aria-pressed="false"]').waitFor();
  });
});
