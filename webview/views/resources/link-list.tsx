import type { IvshmemLinkRow, IvshmemLinkSection, IvshmemPeer } from '@jailhouse-cells/protocol/resource-messages.ts';
import type { MapModel } from '../../model/map-model.ts';
import { linksWith, rangesInWords } from '../../model/resource-words.ts';
import type { Selected } from '../../model/selection.ts';
import { useFirstRows } from '../first-rows.tsx';
import { type Post, Problems, SourceLink } from './resource-parts.tsx';

/** More at once than anybody reads. */
const linksAtOnce = 20;
const mostPeers = 16;
const mostSections = 40;

interface LinkListProps {
  readonly model: MapModel;
  readonly search: string;
  readonly post: Post;
  readonly onSelect: (selected: Selected) => void;
}

/** The virtual wires between ivshmem devices: their peers, and who may write which section of the memory between them. */
export function LinkList({ model, search, post, onSelect }: LinkListProps) {
  const { links } = model.result.resources;
  const found = linksWith(links, search);
  const [first, more] = useFirstRows(found, linksAtOnce, -1);
  if (links.length === 0) {
    return <p class="hint">No links: no config of this system has a virtual PCI device of the type ivshmem in pci_devices.</p>;
  }
  if (found.length === 0) return <p class="hint">{`Nothing found for “${search}”.`}</p>;
  return (
    <>
      {first.map((link) => (
        <LinkView key={link.id} link={link} model={model} post={post} onSelect={onSelect} />
      ))}
      {more !== undefined && <p class="hint">{more}</p>}
    </>
  );
}

function LinkView({ link, model, post, onSelect }: { link: IvshmemLinkRow } & Pick<LinkListProps, 'model' | 'post' | 'onSelect'>) {
  const { id, name, protocol, peers, absentPeers, sections, problems } = link;
  const shown = peers.slice(0, mostPeers);
  return (
    <section class="wire" data-row={id} aria-label={`Link ${name}`}>
      <h2>
        <span class="number">{name}</span> <small>protocol: {protocol}</small>
      </h2>
      {problems.length > 0 && <Problems problems={problems} post={post} />}
      <ul class="peers" aria-label="Peers">
        {shown.map((peer) => (
          <Peer key={`${peer.peer} ${peer.lane} ${peer.field}`} peer={peer} post={post} />
        ))}
        {peers.length > shown.length && <li class="peer absent">{peers.length - shown.length} more peers</li>}
        {absentPeers.length > 0 && (
          <li class="peer absent">
            peer {rangesInWords(absentPeers)}
            <small>no cell of the system</small>
          </li>
        )}
      </ul>
      {sections.length === 0 ? (
        <p class="hint">No sections: the regions of its shared memory cannot be told.</p>
      ) : (
        <table>
          <caption class="unseen">Sections of {name}, and what each peer may do</caption>
          <thead>
            <tr>
              <th scope="col">Section</th>
              <th scope="col">Start</th>
              <th scope="col">End</th>
              <th scope="col">Size</th>
              {shown.map(({ peer, owner, field }) => (
                <th key={`${peer} ${owner} ${field}`} scope="col">
                  peer {peer}: {owner}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sections.slice(0, mostSections).map((section) => (
              <SectionRow key={`${section.title} ${section.start}`} section={section} peers={shown} model={model} onSelect={onSelect} />
            ))}
            {sections.length > mostSections && (
              <tr class="more">
                <td colSpan={4 + shown.length}>{sections.length - mostSections} more</td>
              </tr>
            )}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Peer({ peer, post }: { peer: IvshmemPeer; post: Post }) {
  return (
    <li class="peer">
      <span>
        peer {peer.peer}:{' '}
        <SourceLink place={peer.place} title={peer.field} post={post}>
          {peer.owner}
        </SourceLink>
      </span>
      <small>{peer.intid === undefined ? 'signalled by MSI-X' : `signalled by INTID ${peer.intid}`}</small>
    </li>
  );
}

interface SectionRowProps {
  readonly section: IvshmemLinkSection;
  readonly peers: readonly IvshmemPeer[];
  readonly model: MapModel;
  readonly onSelect: (selected: Selected) => void;
}

function SectionRow({ section, peers, model, onSelect }: SectionRowProps) {
  const drawn = section.blocks.map((id) => model.blocks.get(id)).find((block) => block !== undefined);
  return (
    <tr>
      <th scope="row">
        {drawn === undefined ? (
          section.title
        ) : (
          <button type="button" class="link-button" title="Show it in the map" onClick={() => onSelect({ kind: 'block', drawn })}>
            {section.title}
          </button>
        )}
      </th>
      <td class="number">{section.start}</td>
      <td class="number">{section.end}</td>
      <td class="number">{section.size}</td>
      {peers.map(({ peer, lane, field }) => {
        const writes = section.writers.includes(peer);
        const reads = section.readers.includes(peer);
        return (
          <td key={`${peer} ${lane} ${field}`} class={writes ? 'writes' : reads ? '' : 'where'}>
            <span aria-hidden="true">{writes ? '✎ ' : reads ? '→ ' : '– '}</span>
            {writes ? (reads ? 'reads and writes' : 'writes') : reads ? 'reads' : 'no access'}
          </td>
        );
      })}
    </tr>
  );
}
