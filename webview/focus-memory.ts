/**
 * Gives the keyboard back where it was. VS Code takes the focus away from every element of a webview when the user goes to an editor, and a button
 * that vanishes under the user's keys takes it along: both would send a keyboard user back to the top of the page.
 */
export class FocusMemory {
  private last: HTMLElement | undefined;
  /** The fields around it, innermost first: one of them may still be there when it is gone. */
  private around: readonly HTMLElement[] = [];
  private byPointer = false;
  private readonly observer: MutationObserver;

  constructor(private readonly page: Document) {
    page.addEventListener('focusin', this.remember);
    page.addEventListener('pointerdown', this.press, true);
    page.defaultView?.addEventListener('focus', this.giveBack);
    page.defaultView?.addEventListener('blur', this.leave);
    this.observer = new MutationObserver(this.lookForLoss);
    this.observer.observe(page.body, { childList: true, subtree: true });
  }

  dispose(): void {
    this.observer.disconnect();
    this.page.removeEventListener('focusin', this.remember);
    this.page.removeEventListener('pointerdown', this.press, true);
    this.page.defaultView?.removeEventListener('focus', this.giveBack);
    this.page.defaultView?.removeEventListener('blur', this.leave);
  }

  private readonly remember = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement) || target === this.page.body) return;
    this.last = target;
    const around: HTMLElement[] = [];
    for (let above = target.parentElement; above !== null && above !== this.page.body; above = above.parentElement) around.push(above);
    this.around = around;
  };

  /** A click chooses for itself what has the focus. */
  private readonly press = (): void => {
    this.byPointer = true;
  };

  private readonly leave = (): void => {
    this.byPointer = false;
  };

  private readonly giveBack = (): void => {
    if (!this.byPointer) this.restore();
  };

  private readonly lookForLoss = (): void => {
    if (this.last !== undefined && !this.last.isConnected && this.page.hasFocus()) this.restore();
  };

  private restore(): void {
    if (this.last === undefined || !this.isLost()) return;
    // Drawn anew, it is another element of the same name.
    const there = this.last.isConnected ? this.last : this.page.getElementById(this.last.id);
    there?.focus({ preventScroll: true });
    if (!this.isLost()) return;
    for (const above of this.around) {
      if (!above.isConnected) continue;
      const next = above.matches(reachable) ? above : above.querySelector<HTMLElement>(reachable);
      next?.focus({ preventScroll: true });
      if (!this.isLost()) return;
    }
  }

  private isLost(): boolean {
    const { activeElement, body } = this.page;
    return activeElement === null || activeElement === body;
  }
}

/** What the Tab key stops at. */
const reachable = '[tabindex="0"], button:not([disabled], [tabindex="-1"]), input, select, summary';
