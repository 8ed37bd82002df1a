import {
  type MapPlace,
  type MemoryMapParams,
  type MemoryMapResult,
  memoryMapRequest,
  type NoMemoryMap,
} from '@jailhouse-cells/protocol/map-messages.ts';
import { Disposable, env, type Terminal, type TerminalLink, type TerminalLinkProvider, ThemeIcon, Uri, window } from 'vscode';
import type { KnownTarget } from '../deployment/known-targets.ts';
import { nameOf } from '../deployment/prompt.ts';
import type { DeploymentServices } from '../deployment/services.ts';
import { revealPlace } from '../reveal-place.ts';
import { ConsoleTerminal, type ExplainedIncident } from './console.ts';
import { type AddressFacts, addressFacts } from './console-address.ts';
import { addressesIn } from './console-decoder.ts';

interface AddressLink extends TerminalLink {
  readonly incident: ExplainedIncident;
  readonly facts: AddressFacts | undefined;
}

/** Consoles of targets, one terminal for each, and the links in them: an address names what is there. */
export class Consoles implements Disposable, TerminalLinkProvider<AddressLink> {
  private readonly open = new Map<Terminal, ConsoleTerminal>();
  private readonly ends: Disposable;

  /** @param rootUri Tells the system that runs on a target, by the URI of its root cell's config. */
  constructor(
    private readonly services: DeploymentServices,
    private readonly rootUri: (target: KnownTarget) => Promise<string | undefined>,
  ) {
    this.ends = Disposable.from(
      window.registerTerminalLinkProvider(this),
      window.onDidCloseTerminal((terminal) => this.open.delete(terminal)),
    );
  }

  show(target: KnownTarget): void {
    const there = [...this.open].find(([, { target: shown }]) => shown.name === target.name)?.[0];
    if (there !== undefined) {
      there.show();
      return;
    }
    const console = new ConsoleTerminal(target, this.services, () => this.rootUri(target));
    const terminal = window.createTerminal({
      name: `Jailhouse Console: ${nameOf(target)}`,
      pty: console,
      iconPath: new ThemeIcon('output'),
      isTransient: true,
    });
    this.open.set(terminal, console);
    terminal.show();
  }

  async provideTerminalLinks({ terminal, line }: { readonly terminal: Terminal; readonly line: string }): Promise<AddressLink[]> {
    const console = this.open.get(terminal);
    const found = console === undefined ? [] : addressesIn(line);
    const incident = found.length === 0 ? undefined : console?.incidentOf(line);
    if (console === undefined || incident === undefined) return [];
    const map = await this.map(console);
    return found.map(({ at, length, address }) => {
      const facts = map === undefined ? undefined : addressFacts(map, incident.cell ?? '', address);
      return { startIndex: at, length, incident, facts, tooltip: facts?.text ?? 'What is at this address' };
    });
  }

  async handleTerminalLink({ incident, facts }: AddressLink): Promise<void> {
    const [meaning] = await incident.meanings;
    const cause = meaning?.causes[0];
    const place = placeOf(cause?.places[0]?.place) ?? facts?.place;
    if (place !== undefined) await revealPlace(place, undefined, true);
    const parts = [facts?.text, cause === undefined ? meaning?.summary : `${cause.title}: ${cause.text}`];
    const text = parts.filter((part) => part !== undefined && part !== '').join('. ');
    if (text === '') return;
    const add = `Copy a Region for Cell "${incident.cell ?? ''}"`;
    const choice = await window.showInformationMessage(text, ...(facts?.region === undefined ? [] : [add]));
    if (choice !== add || facts?.region === undefined) return;
    await env.clipboard.writeText(facts.region);
    await window.showInformationMessage(
      `The region is copied: paste it into mem_regions of cell "${incident.cell ?? ''}", one longer than before, and deploy again.`,
    );
  }

  dispose(): void {
    for (const terminal of this.open.keys()) terminal.dispose();
    this.ends.dispose();
  }

  private async map(console: ConsoleTerminal): Promise<MemoryMapResult | undefined> {
    const uri = await this.rootUri(console.target);
    if (uri === undefined) return undefined;
    try {
      const connection = await this.services.server.start();
      const params: MemoryMapParams = { uri, shownIn: 'systems' };
      const map = await connection.request<MemoryMapResult | NoMemoryMap>(memoryMapRequest, params);
      return 'reason' in map ? undefined : map;
    } catch {
      return undefined;
    }
  }
}

function placeOf(
  place:
    | { readonly file: string; readonly line: number; readonly column: number; readonly endLine: number; readonly endColumn: number }
    | undefined,
): MapPlace | undefined {
  if (place === undefined) return undefined;
  const { file, line, column, endLine, endColumn } = place;
  return { uri: Uri.file(file).toString(), line, character: column, endLine, endCharacter: endColumn };
}
