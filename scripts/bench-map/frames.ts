import type { CDPSession, Page } from 'playwright-core';

/** What happened while a page moved; milliseconds, one number a frame. */
export interface Frames {
  /** Between animation frames. */
  readonly intervals: readonly number[];
  /** All tasks of the page's main thread from one animation frame to the next, style, layout and painting included: the time it had the processor. */
  readonly work: readonly number[];
  /** The same tasks from beginning to end, with what the machine did for others meanwhile. */
  readonly elapsed: readonly number[];
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur?: number;
  /** Of the thread alone. */
  readonly tdur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: { readonly name?: string };
}

/** Records a page by Chromium's own trace while something moves it. */
export async function recordFrames(page: Page, move: () => Promise<void>): Promise<Frames> {
  const cdp = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await cdp.send('Tracing.start', {
    traceConfig: {
      includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
      excludedCategories: ['*'],
    },
  });
  // An animation frame is asked for all the time, as a movement that never ends would: a frame that is late shows.
  await page.evaluate(`{ window.benchFrames = []; const tick = (at) => { benchFrames.push(at); window.benchTick = requestAnimationFrame(tick); };
    window.benchTick = requestAnimationFrame(tick); }`);
  await move();
  const times = (await page.evaluate('cancelAnimationFrame(benchTick), benchFrames')) as number[];
  await stop(cdp);
  return { intervals: times.slice(1).map((time, at) => time - (times[at] ?? time)), ...workOfFrames(events) };
}

async function stop(cdp: CDPSession): Promise<void> {
  const complete = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve));
  await cdp.send('Tracing.end');
  await complete;
  await cdp.detach();
}

/** A frame is a task in which animation frames are called, and all tasks after it until the next such one. */
function workOfFrames(events: readonly TraceEvent[]): Pick<Frames, 'work' | 'elapsed'> {
  const frame = events.find(({ name }) => name === 'FireAnimationFrame');
  if (frame === undefined) return { work: [], elapsed: [] };
  const ours = events.filter(({ pid, tid }) => pid === frame.pid && tid === frame.tid).sort((a, b) => a.ts - b.ts);
  const calls = ours.filter(({ name }) => name === 'FireAnimationFrame').map(({ ts }) => ts);
  const work: number[] = [];
  const elapsed: number[] = [];
  let call = 0;
  for (const { name, ph, ts, dur = 0, tdur = dur } of ours) {
    if (name !== 'RunTask' || ph !== 'X') continue;
    const end = ts + dur;
    const first = call;
    while ((calls[call] ?? Number.POSITIVE_INFINITY) <= end) call++;
    if (call > first) {
      work.push(0);
      elapsed.push(0);
    }
    const at = work.length - 1;
    if (at < 0) continue;
    work[at] = (work[at] ?? 0) + tdur / 1000;
    elapsed[at] = (elapsed[at] ?? 0) + dur / 1000;
  }
  return { work: work.slice(0, -1), elapsed: elapsed.slice(0, -1) };
}

/** Installed before the page's own script: tells when the page has painted what it changed last. */
export const paintClock = `
  window.lastPaint = undefined;
  addEventListener('DOMContentLoaded', () => {
    let waiting = false;
    new MutationObserver(() => {
      if (waiting) return;
      waiting = true;
      const changed = () => {
        waiting = false;
        const { port1, port2 } = new MessageChannel();
        // A message that is sent from an animation frame arrives after its painting.
        port1.onmessage = () => { window.lastPaint = performance.now(); };
        port2.postMessage(undefined);
      };
      requestAnimationFrame(changed);
    }).observe(document.getElementById('root'), { subtree: true, childList: true, attributes: true, characterData: true });
  });
  /** Resolves with the time of the last painting once nothing has changed for a while. */
  window.painted = async () => {
    for (let before; ; ) {
      before = window.lastPaint;
      await new Promise((resolve) => setTimeout(resolve, 120));
      if (before !== undefined && before === window.lastPaint) return before;
    }
  };`;
