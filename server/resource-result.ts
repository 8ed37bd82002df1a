import type {
  ResourceClaim as Claim,
  InterruptRow as Interrupt,
  LinkPeer,
  LinkRow,
  LinkSection,
  Resources,
  ResourceRow as Row,
} from '@jailhouse-cells/core/memory-map/resources/model.ts';
import { functionName } from '@jailhouse-cells/core/memory-map/resources/names.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { hex, humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import type { MapPlace } from '@jailhouse-cells/protocol/map-messages.ts';
import type {
  InterruptRow,
  IvshmemLinkRow,
  IvshmemLinkSection,
  IvshmemPeer,
  ResourceClaim,
  ResourceProblem,
  SystemResources,
} from '@jailhouse-cells/protocol/resource-messages.ts';

type PlaceOf = (span: Span) => MapPlace;

/** Below are interrupts of each CPU: an SPI is its INTID less so many. */
const firstSpi = 32;

/** Resources as they travel to the client. */
export function resourceResult({ cpus, interrupts, functions, links }: Resources, placeOf: PlaceOf): SystemResources {
  const controllers = new Set(interrupts.map(({ controller }) => controller));
  return {
    cpus: cpus.map((row) => ({ ...common(row, placeOf), cpu: row.cpu, onBoard: row.onBoard })),
    interrupts: interrupts.map((row) => interruptRow(row, controllers.size > 1, placeOf)),
    functions: functions.map((row) => ({ ...common(row, placeOf), name: functionName(row), kind: row.kind, details: row.details })),
    links: links.map((row) => linkRow(row, placeOf)),
  };
}

function common({ id, claims, holders, findings }: Row, placeOf: PlaceOf) {
  return {
    id,
    claims: claims.map((claim) => claimOf(claim, placeOf)),
    holder: holders[0],
    ...(holders.length > 1 && { holders }),
    problems: problems(findings, placeOf),
  };
}

function interruptRow(row: Interrupt, isOfSeveral: boolean, placeOf: PlaceOf): InterruptRow {
  const { intid, controller, devices, virtual } = row;
  return {
    ...common(row, placeOf),
    intid,
    spi: controller === undefined && intid >= firstSpi ? intid - firstSpi : undefined,
    controller: isOfSeveral && controller !== undefined ? hex(controller) : undefined,
    devices,
    virtual,
  };
}

function linkRow(link: LinkRow, placeOf: PlaceOf): IvshmemLinkRow {
  const { id, protocol, peers, absentPeers, sections, findings } = link;
  return {
    id,
    name: functionName(link),
    protocol,
    peers: peers.map((peer) => peerOf(peer, placeOf)),
    absentPeers,
    sections: sections.map(sectionOf),
    problems: problems(findings, placeOf),
  };
}

function sectionOf({ title, start, end, writers, readers, blocks }: LinkSection): IvshmemLinkSection {
  return { title, start: hex(start), end: hex(end), size: humanSize(end - start), writers, readers, blocks };
}

function peerOf(peer: LinkPeer, placeOf: PlaceOf): IvshmemPeer {
  return { ...claimOf(peer, placeOf), peer: peer.peer, intid: peer.intid };
}

function claimOf({ lane, owner, field, span }: Claim, placeOf: PlaceOf): ResourceClaim {
  return { lane, owner, field, place: placeOf(span) };
}

function problems(findings: readonly Finding[], placeOf: PlaceOf): readonly ResourceProblem[] {
  return findings.map(({ rule, severity, message, span }) => ({ rule, severity, message, place: placeOf(span) }));
}
