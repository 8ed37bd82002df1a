import type { MapBlockKind } from '@jailhouse-cells/protocol/map-messages.ts';
import { kindWords } from '../model/words.ts';

/** Colours and fonts of the theme, as a canvas takes them. */
export interface ThemeColours {
  readonly text: string;
  readonly dim: string;
  readonly fixedFont: string;
  readonly font: string;
  readonly kinds: ReadonlyMap<MapBlockKind, string>;
}

/** Reads the colours of the style sheet in the theme of now. */
export class Theme {
  private colours: ThemeColours | undefined;
  private readonly observer: MutationObserver;

  /** @param host Element whose children the style sheet dresses. */
  constructor(
    private readonly host: HTMLElement,
    changed: () => void,
  ) {
    // VS Code sets its variables on the root element, and the kind of the theme on the body.
    this.observer = new MutationObserver(() => {
      this.colours = undefined;
      changed();
    });
    this.observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    this.observer.observe(document.body, { attributes: true });
  }

  get now(): ThemeColours {
    this.colours ??= this.read();
    return this.colours;
  }

  dispose(): void {
    this.observer.disconnect();
  }

  private read(): ThemeColours {
    const probe = document.createElement('span');
    probe.hidden = true;
    this.host.append(probe);
    const style = getComputedStyle(probe);
    const colour = (name: string) => {
      probe.style.color = `var(${name})`;
      return style.color;
    };
    const [text, dim, font] = [colour('--fg'), colour('--dim'), style.fontFamily];
    probe.style.fontFamily = 'var(--mono)';
    const fixedFont = style.fontFamily;
    const kinds = new Map<MapBlockKind, string>();
    for (const kind of Object.keys(kindWords) as MapBlockKind[]) {
      probe.className = `swatch kind-${kind}`;
      kinds.set(kind, style.borderTopColor);
    }
    probe.remove();
    return { text, dim, font, fixedFont, kinds };
  }
}
