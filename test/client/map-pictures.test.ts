import { describe, expect, it } from 'vitest';
import { MapPictures } from '../../client/map-pictures.ts';

const png = (text: string) => ({ type: 'png', base64: Buffer.from(text).toString('base64') }) as const;

describe('pictures that the page of a map draws', () => {
  it('are asked for once the page is ready, and once more when it went away meanwhile', async () => {
    const pictures = new MapPictures();
    const asked: number[] = [];
    const picture = pictures.draw((number) => asked.push(number));
    expect(asked).toEqual([]);
    pictures.pageIsReady();
    pictures.pageIsReady();
    expect(asked).toEqual([1]);
    pictures.pageIsGone();
    pictures.pageIsReady();
    expect(asked).toEqual([1, 1]);
    pictures.answer({ ...png('bytes'), picture: 1 });
    expect(Buffer.from(await picture).toString()).toBe('bytes');
  });

  it('are told apart', async () => {
    const pictures = new MapPictures();
    const asked: number[] = [];
    const [first, second] = [pictures.draw((number) => asked.push(number)), pictures.draw((number) => asked.push(number))];
    pictures.pageIsReady();
    const [one = 0, two = 0] = asked;
    pictures.answer({ ...png('second'), picture: two });
    pictures.answer({ ...png('first'), picture: one });
    expect([Buffer.from(await first).toString(), Buffer.from(await second).toString()]).toEqual(['first', 'second']);
  });

  it('fail with the reason of the page, when it is closed, and when it does not answer', async () => {
    const pictures = new MapPictures(10);
    const refused = pictures.draw(() => undefined);
    pictures.answer({ type: 'png', picture: 1, base64: undefined, reason: 'too large' });
    await expect(refused).rejects.toThrow('too large');
    const closed = pictures.draw(() => undefined);
    pictures.abandon('its page was closed');
    await expect(closed).rejects.toThrow('its page was closed');
    await expect(pictures.draw(() => undefined)).rejects.toThrow('does not answer');
    // Late, and nobody's any more.
    pictures.answer({ ...png('late'), picture: 3 });
  });
});
