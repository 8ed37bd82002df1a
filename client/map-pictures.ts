import type { MapPagePicture } from '@jailhouse-cells/protocol/map-page-messages.ts';

interface Wanted {
  readonly send: () => void;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  isSent: boolean;
}

/** Milliseconds: longer than the largest picture takes. A page that has failed does not answer at all. */
const mostWait = 30_000;

/** Pictures that the page of a map is asked for: each is asked for once the page can take messages, and answered, given up or abandoned. */
export class MapPictures {
  private readonly wanted = new Map<number, Wanted>();
  private last = 0;

  /** @param wait Milliseconds after which a picture is given up. */
  constructor(private readonly wait = mostWait) {}

  /** Rejects with the reason for which there is no picture. @param send Asks the page, by a number of the picture. */
  draw(send: (picture: number) => void): Promise<Uint8Array> {
    this.last++;
    const picture = this.last;
    return new Promise<Uint8Array>((resolve, reject) => {
      const timer = setTimeout(() => this.end(picture)?.reject(new Error('the page of the map does not answer')), this.wait);
      this.wanted.set(picture, {
        send: () => send(picture),
        resolve: (bytes) => {
          clearTimeout(timer);
          resolve(bytes);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
        isSent: false,
      });
    });
  }

  /** The page can take messages now: what it was not yet asked for is asked for. */
  pageIsReady(): void {
    for (const wanted of this.wanted.values()) {
      if (wanted.isSent) continue;
      wanted.isSent = true;
      wanted.send();
    }
  }

  /** The page is hidden, and with it what it was drawing: it is asked anew when it is back. */
  pageIsGone(): void {
    for (const wanted of this.wanted.values()) wanted.isSent = false;
  }

  /** An answer of the page; one to a picture that was given up is nobody's. */
  answer({ picture, base64, reason }: MapPagePicture): void {
    const wanted = this.end(picture);
    if (base64 === undefined) wanted?.reject(new Error(reason ?? 'the page could not draw it'));
    else wanted?.resolve(Buffer.from(base64, 'base64'));
  }

  /** There will be no answers any more. */
  abandon(reason: string): void {
    for (const picture of [...this.wanted.keys()]) this.end(picture)?.reject(new Error(reason));
  }

  private end(picture: number): Wanted | undefined {
    const wanted = this.wanted.get(picture);
    this.wanted.delete(picture);
    return wanted;
  }
}
