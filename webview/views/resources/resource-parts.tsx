import type { MapPlace, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import type { MapPageOutput } from '@jailhouse-cells/protocol/map-page-messages.ts';
import type { ResourceClaim, ResourceProblem } from '@jailhouse-cells/protocol/resource-messages.ts';
import type { ComponentChildren } from 'preact';
import type { HeldRow } from '../../model/resource-words.ts';
import { holdersInWords } from '../../model/resource-words.ts';
import { fileName, severitySigns } from '../../model/words.ts';

export type Post = (message: MapPageOutput) => void;

/** Of one row: more than anybody reads there. */
const mostProblems = 5;
const mostClaims = 12;

/** Something written in a file, as a link to it. */
export function SourceLink({ place, title, post, children }: SourceLinkProps) {
  if (place === undefined) return <span title={title}>{children}</span>;
  return (
    <button
      type="button"
      class="link-button"
      title={`${title === undefined ? '' : `${title}, `}${fileName(place.uri)}:${place.line + 1}`}
      onClick={() => post({ type: 'reveal', place })}
    >
      {children}
    </button>
  );
}

interface SourceLinkProps {
  readonly place: MapPlace | undefined;
  readonly title?: string;
  readonly post: Post;
  readonly children: ComponentChildren;
}

/** Who asks for something: a link for each place that does. */
export function Claims({ claims, post }: { claims: readonly ResourceClaim[]; post: Post }) {
  if (claims.length === 0) return <span class="where">no config</span>;
  return (
    <>
      {claims.slice(0, mostClaims).map((claim, index) => (
        <span key={`${claim.lane} ${claim.field}`}>
          {index > 0 && ', '}
          <SourceLink place={claim.place} title={claim.field} post={post}>
            {claim.owner}
          </SourceLink>
        </span>
      ))}
      {claims.length > mostClaims && ` and ${claims.length - mostClaims} more`}
    </>
  );
}

/** Who has something at the chosen moment. */
export function Holders({ map, row }: { map: MemoryMapResult; row: HeldRow }) {
  return <span class={row.holder === undefined ? 'where' : ''}>{holdersInWords(map, row)}</span>;
}

/** Findings about a row: sign, severity in words, sentence, and where. */
export function Problems({ problems, post }: { problems: readonly ResourceProblem[]; post: Post }) {
  return (
    <ul class="problems">
      {problems.slice(0, mostProblems).map(({ rule, severity, message, place }) => (
        <li key={`${rule} ${place.uri} ${place.line} ${place.character} ${message}`} class={`severity-${severity}`}>
          <span class="sign">
            <span aria-hidden="true">{severitySigns[severity]} </span>
            {severity}
          </span>{' '}
          {message}{' '}
          <SourceLink place={place} title={rule} post={post}>
            {fileName(place.uri)}:{place.line + 1}
          </SourceLink>
        </li>
      ))}
      {problems.length > mostProblems && <li>{problems.length - mostProblems} more, in the Problems view.</li>}
    </ul>
  );
}

/** The problems of a row for below it; undefined where it has none. */
export function problemsOf(problems: readonly ResourceProblem[], post: Post): ComponentChildren {
  return problems.length === 0 ? undefined : <Problems problems={problems} post={post} />;
}

/** In the first cell of a row: the sign of its worst problem. */
export function worstSign(problems: readonly ResourceProblem[]): ComponentChildren {
  const worst = (['error', 'warning', 'information', 'hint'] as const).find((severity) =>
    problems.some((problem) => problem.severity === severity),
  );
  if (worst === undefined) return null;
  return (
    <span class={`sign severity-${worst}`} role="img" aria-label={worst} title={worst}>
      {severitySigns[worst]}{' '}
    </span>
  );
}
