import { useEffect, useRef } from 'preact/hooks';

/** What keys do anywhere on the page, by `KeyboardEvent.key`. */
export type PageKeys = Readonly<Record<string, () => void>>;

/** Keys that scroll what they are pressed in. */
const scrolling: ReadonlySet<string> = new Set(['PageUp', 'PageDown']);

/** Keys of the page, but where they are typed or have a meaning of their own. */
export function usePageKeys(keys: PageKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return;
      if (scrolling.has(event.key) && target instanceof Element && target.closest('.tab-panel, .detail') !== null) return;
      const action = latest.current[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
