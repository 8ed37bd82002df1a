import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/**
 * Of very many rows the first, and what to say of the others: undefined when there are none.
 *
 * @param wanted Index of a row that has to be among them; -1 for none.
 */
export function useFirstRows<Row>(
  rows: readonly Row[],
  atOnce: number,
  wanted: number,
): readonly [first: readonly Row[], more: ComponentChildren] {
  const [asked, setMost] = useState(atOnce);
  const most = Math.max(asked, Math.ceil((wanted + 1) / atOnce) * atOnce);
  const more = rows.length - most;
  if (more <= 0) return [rows, undefined];
  return [
    rows.slice(0, most),
    <>
      {`${more} more. `}
      <button type="button" class="link-button" onClick={() => setMost(most + atOnce)}>
        {`Show ${Math.min(more, atOnce)} more`}
      </button>
    </>,
  ];
}
