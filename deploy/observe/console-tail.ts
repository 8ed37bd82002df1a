/** What happened on a hypervisor's console. */
export type ConsoleEvent =
  | { readonly kind: 'text'; readonly text: string }
  /** More was written between two looks than the ring buffer holds: an unknown number of bytes is lost here. */
  | { readonly kind: 'missed' }
  /** The hypervisor was enabled: what follows is of a new run. */
  | { readonly kind: 'enabled' }
  /** The hypervisor is not enabled: there is no console until it is. */
  | { readonly kind: 'disabled'; readonly module: 'loaded' | 'not loaded' }
  /** Enabled, and yet there is nothing to read: the system config has no JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE. */
  | { readonly kind: 'no-console' };

/** What one look at the console's ring buffer found. */
export type ConsoleLook =
  | { readonly kind: 'disabled'; readonly module: 'loaded' | 'not loaded' }
  | { readonly kind: 'no-console' }
  /** All that the ring buffer holds. */
  | { readonly kind: 'whole'; readonly text: string }
  /** What came behind the look before; the rest is still there. */
  | { readonly kind: 'more'; readonly text: string };

/** Bytes that struct jailhouse_virt_console holds (hypervisor/include/jailhouse/console.h); a character that is cut may be missing. */
const ringSize = 2048;

/** Makes a stream of what is new out of looks at a ring buffer of 2048 bytes. */
export class ConsoleTail {
  private state: 'unknown' | 'no-console' | 'enabled' | 'disabled loaded' | 'disabled not loaded' = 'unknown';
  /** What the ring buffer held at the last look. */
  private held = '';

  take(look: ConsoleLook): readonly ConsoleEvent[] {
    switch (look.kind) {
      case 'disabled': {
        const state = `disabled ${look.module}` as const;
        if (state === this.state) return [];
        this.state = state;
        this.held = '';
        return [look];
      }
      case 'no-console': {
        const isNew = this.state !== 'no-console';
        this.state = 'no-console';
        this.held = '';
        return isNew ? [look] : [];
      }
      case 'whole':
        return this.enter([...this.whole(look.text)]);
      case 'more':
        this.held = lastOf(this.held + look.text);
        return this.enter(textOf(look.text));
    }
  }

  private enter(events: readonly ConsoleEvent[]): readonly ConsoleEvent[] {
    const isFirst = this.state !== 'enabled' && this.state !== 'unknown';
    this.state = 'enabled';
    return isFirst ? [{ kind: 'enabled' }, ...events] : events;
  }

  private whole(all: string): readonly ConsoleEvent[] {
    const { held } = this;
    // The ring buffer may begin within a character.
    const text = all.replace(/^\ufffd{1,3}/, '');
    this.held = lastOf(text);
    if (held === '') return textOf(text);
    if (text.startsWith(held)) return textOf(text.slice(held.length));
    const common = overlap(held, text);
    if (common > 0) return textOf(text.slice(common));
    // A buffer that is not full yet, and does not go on where the last one was: another run.
    return Buffer.byteLength(all) < ringSize - 8 ? [{ kind: 'enabled' }, ...textOf(text)] : [{ kind: 'missed' }, ...textOf(text)];
  }
}

/**
 * Length of the longest end of `before` that `after` begins with. Short ends say nothing: a line end or a word is found in any text.
 */
function overlap(before: string, after: string): number {
  for (let length = Math.min(before.length, after.length); length >= leastOverlap; length--) {
    if (before.endsWith(after.slice(0, length))) return length;
  }
  return 0;
}

const leastOverlap = 16;

function textOf(text: string): readonly ConsoleEvent[] {
  return text === '' ? [] : [{ kind: 'text', text }];
}

function lastOf(text: string): string {
  return text.slice(-ringSize);
}
