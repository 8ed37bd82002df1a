/** Longest delay that setTimeout takes. */
const longest = 2 ** 31 - 1;

/** A time limit that stands still while a person is asked. */
export class Deadline {
  private timer: NodeJS.Timeout | undefined;
  private left: number;
  private startedAt = 0;
  private pauses = 0;
  private ended = false;
  private readonly waiting = new Set<() => void>();

  /** @param limit Milliseconds; Infinity for none. */
  constructor(limit: number) {
    this.left = Math.max(0, limit);
  }

  get passed(): boolean {
    return this.left <= 0;
  }

  start(): void {
    if (this.ended || this.timer !== undefined || this.pauses > 0 || this.passed || this.left === Number.POSITIVE_INFINITY) return;
    this.startedAt = performance.now();
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.spend();
        // A timer may come a little early, and `longest` may be only a part of the limit.
        if (this.left > 1) return this.start();
        this.left = 0;
        for (const listener of [...this.waiting]) listener();
      },
      Math.min(this.left, longest),
    );
  }

  pause(): void {
    this.pauses++;
    this.stop();
  }

  resume(): void {
    this.pauses--;
    this.start();
  }

  /** It is needed no more. */
  end(): void {
    this.ended = true;
    this.stop();
  }

  private stop(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.spend();
  }

  /** Calls when the time is up; the result takes the listener away. */
  onPassed(listener: () => void): () => void {
    this.waiting.add(listener);
    if (this.passed) listener();
    return () => this.waiting.delete(listener);
  }

  private spend(): void {
    this.left = Math.max(0, this.left - (performance.now() - this.startedAt));
  }
}
