import { programOnPath } from './programs.mjs';

/** The Chromium of the system, from $CHROMIUM or the PATH; undefined when there is none. */
export function chromiumOnPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const file = programOnPath(name);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** As chromiumOnPath, but says what to do when there is none. */
export function findChromium() {
  const file = chromiumOnPath();
  if (file === undefined) throw new Error('No Chromium found: install the package chromium, or set CHROMIUM to its path.');
  return file;
}
