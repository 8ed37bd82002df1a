import type { Finding } from '../../source/finding.ts';
import type { Span } from '../../source/span.ts';
import type { System } from '../../system/system.ts';
import { cpuRows } from './cpus.ts';
import { interruptRows } from './interrupts.ts';
import { linkRows } from './links.ts';
import { membersAt } from './members.ts';
import type { Resources } from './model.ts';
import { functionRows } from './pci-functions.ts';
import { findingsByRow } from './resource-findings.ts';

/** CPUs, interrupts, PCI functions and links of a system, and who has them at a moment of the map. Without findings. */
export function resourcesOf(system: System, moment: string): Resources {
  const members = membersAt(system, moment);
  return {
    cpus: cpuRows(members, system.board),
    interrupts: interruptRows(members, system.board),
    functions: functionRows(members),
    links: linkRows(members),
  };
}

/** The same with its places moved. */
export function withPlaces(resources: Resources, moved: (span: Span) => Span): Resources {
  const row = <R extends { readonly claims: readonly { readonly span: Span }[]; readonly places: readonly Span[] }>(one: R): R => ({
    ...one,
    claims: one.claims.map((claim) => ({ ...claim, span: moved(claim.span) })),
    places: one.places.map(moved),
  });
  return {
    cpus: resources.cpus.map(row),
    interrupts: resources.interrupts.map(row),
    functions: resources.functions.map(row),
    links: resources.links.map((link) => ({
      ...link,
      peers: link.peers.map((peer) => ({ ...peer, span: moved(peer.span) })),
      places: link.places.map(moved),
    })),
  };
}

/** The same with the findings of all configs told where they belong. */
export function withFindings(resources: Resources, findings: readonly Finding[]): Resources {
  const found = findingsByRow(resources, findings);
  const row = <R extends object>(one: R): R => ({ ...one, findings: found.get(one) ?? [] });
  return {
    cpus: resources.cpus.map(row),
    interrupts: resources.interrupts.map(row),
    functions: resources.functions.map(row),
    links: resources.links.map(row),
  };
}
