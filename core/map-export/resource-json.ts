import type { Resources } from '../memory-map/resources/model.ts';
import { functionName } from '../memory-map/resources/names.ts';
import type { Finding } from '../source/finding.ts';
import { humanSize } from '../source/numbers.ts';
import type { Span } from '../source/span.ts';

interface Claim {
  readonly lane: string;
  readonly owner: string;
  readonly field: string;
  readonly span: Span;
}

/** The resources in `--format json`: lanes are named by their ids, peers by their numbers. */
export function resourceDescription({ cpus, interrupts, functions, links }: Resources, placeOf: (span: Span) => object): object {
  const claimOf = ({ lane, owner, field, span }: Claim): object => ({ lane, owner, field, ...placeOf(span) });
  const common = (row: {
    readonly id: string;
    readonly claims: readonly Claim[];
    readonly holders: readonly string[];
    readonly findings: readonly Finding[];
  }) => ({ id: row.id, holders: row.holders, claims: row.claims.map(claimOf), findings: row.findings.map(findingOf) });
  const findingOf = ({ rule, severity, message, span }: Finding): object => ({ rule, severity, message, ...placeOf(span) });
  return {
    cpus: cpus.map(({ cpu, onBoard, ...row }) => ({ cpu, onBoard: onBoard ?? null, ...common(row) })),
    interrupts: interrupts.map(({ intid, controller, devices, virtual, ...row }) => ({
      ...(controller === undefined ? { intid } : { pin: intid, controller }),
      devices,
      virtual,
      ...common(row),
    })),
    functions: functions.map((row) => ({ name: functionName(row), kind: row.kind, details: row.details, ...common(row) })),
    links: links.map((link) => ({
      id: link.id,
      name: functionName(link),
      protocol: link.protocol,
      peers: link.peers.map((peer) => ({ peer: peer.peer, intid: peer.intid ?? null, ...claimOf(peer) })),
      absentPeers: link.absentPeers,
      sections: link.sections.map(({ title, start, end, writers, readers, blocks }) => ({
        title,
        start,
        end,
        size: humanSize(end - start),
        writers,
        readers,
        blocks,
      })),
      findings: link.findings.map(findingOf),
    })),
  };
}
