import { randomBytes } from 'node:crypto';
import {
  type MapApplyParams,
  type MapFixParams,
  type MapWhatIf,
  type MemoryMapParams,
  type MemoryMapResult,
  mapApplyRequest,
  mapFixRequest,
  memoryMapRequest,
  type NoMemoryMap,
} from '@jailhouse-cells/protocol/map-messages.ts';
import type { MapPageInput, MapPageOutput } from '@jailhouse-cells/protocol/map-page-messages.ts';
import { Disposable, env, Uri, type WebviewPanel, window, workspace } from 'vscode';
import { liveLanes } from './live-lanes.ts';
import type { LiveSystems } from './live-systems.ts';
import { MapPictures } from './map-pictures.ts';
import { blocksAtCaret, type Caret } from './map-sources.ts';
import { mapPage } from './memory-map-page.ts';
import { revealPlace } from './reveal-place.ts';
import type { Server } from './server.ts';

/** The map of one system in a webview: asks the server for it again whenever something changed, and does what the page asks for. */
export class MemoryMapPanel {
  private map: MemoryMapResult | undefined;
  private whatIf: MapWhatIf = {};
  private ready = false;
  private asking = false;
  private askAgain = false;
  private caret: Caret | undefined;
  private readonly ends: Disposable[] = [];
  private readonly pictures = new MapPictures();

  /**
   * @param rootUri The system config, or any file of the system.
   * @param onExport The user wants a file of the map.
   */
  constructor(
    private readonly panel: WebviewPanel,
    private readonly server: Server,
    readonly rootUri: string,
    extensionUri: Uri,
    private readonly live: LiveSystems,
    private readonly onExport: () => Promise<void>,
  ) {
    const { webview } = panel;
    const folder = Uri.joinPath(extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    this.ends.push(
      webview.onDidReceiveMessage((message: MapPageOutput) => this.receive(message)),
      panel.onDidChangeViewState(() => {
        // A hidden page is gone; it says that it is ready when it is shown again.
        if (panel.visible) return;
        this.ready = false;
        this.pictures.pageIsGone();
      }),
      panel.onDidDispose(() => {
        this.pictures.abandon('its page was closed');
        Disposable.from(...this.ends).dispose();
      }),
    );
    webview.html = mapPage({
      script: webview.asWebviewUri(Uri.joinPath(folder, 'webview.js')).toString(),
      style: webview.asWebviewUri(Uri.joinPath(folder, 'webview.css')).toString(),
      source: webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
    });
  }

  onDidDispose(listener: () => void): void {
    this.ends.push(this.panel.onDidDispose(listener));
  }

  /** In front of the user now, and what it shows. */
  get shown(): MemoryMapParams | undefined {
    return this.panel.active ? this.params : undefined;
  }

  get isVisible(): boolean {
    return this.panel.visible;
  }

  /** What it shows, also behind other editors. */
  get params(): MemoryMapParams {
    return { uri: this.rootUri, whatIf: this.whatIf };
  }

  /** Lets the page draw a PNG of an SVG; brings it to the front when it is hidden, as only pages that are shown exist. */
  async drawPng(svg: string): Promise<Uint8Array> {
    if (!this.panel.visible) this.panel.reveal(undefined, true);
    const picture = this.pictures.draw((number) => this.send({ type: 'draw-png', picture: number, svg }));
    if (this.ready) this.pictures.pageIsReady();
    return picture;
  }

  show(): void {
    this.panel.reveal();
  }

  /** Asks for the map; while an answer is outstanding, once more after it. */
  async refresh(): Promise<void> {
    if (!this.ready) return;
    if (this.asking) {
      this.askAgain = true;
      return;
    }
    this.asking = true;
    try {
      do {
        this.askAgain = false;
        await this.ask();
      } while (this.askAgain);
    } finally {
      this.asking = false;
    }
  }

  private async ask(): Promise<void> {
    const { whatIf } = this;
    try {
      const connection = await this.server.start();
      const params: MemoryMapParams = { uri: this.rootUri, whatIf };
      const answer = await connection.request<MemoryMapResult | NoMemoryMap>(memoryMapRequest, params);
      if ('reason' in answer) this.send({ type: 'no-map', reason: answer.reason });
      else {
        this.map = answer;
        this.panel.title = `Memory Map: ${answer.system}`;
        this.send({ type: 'map', map: answer, whatIf });
        this.tellLive();
        this.lightUp();
      }
    } catch (error) {
      this.say(`The language server gave no map: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Something that keeps the map from being drawn anew; the last one stays below it. */
  say(reason: string): void {
    this.send({ type: 'no-map', reason });
  }

  /** The caret of the editor moved: the blocks it stands in light up. */
  follow(caret: Caret): void {
    this.caret = caret;
    this.lightUp();
  }

  /** How the cells are on a target, as far as one is looked at. */
  tellLive(): void {
    if (this.map === undefined || !this.ready) return;
    const root = this.map.lanes.find(({ kind }) => kind === 'root');
    const system = root === undefined ? undefined : this.live.withRoot(root.title);
    this.send({ type: 'live', target: system?.target ?? '', cells: system === undefined ? [] : liveLanes(this.map.lanes, system.cells) });
  }

  private lightUp(): void {
    if (this.map === undefined || this.caret === undefined || !this.ready) return;
    this.send({ type: 'select', blocks: blocksAtCaret(this.map, this.caret) });
  }

  private send(message: MapPageInput): void {
    // False when the page is gone meanwhile: it asks anew when it comes back.
    this.panel.webview.postMessage(message).then(undefined, () => undefined);
  }

  private async receive(message: MapPageOutput): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.whatIf = message.whatIf;
        this.pictures.pageIsReady();
        return this.refresh();
      case 'export':
        return this.onExport();
      case 'png':
        this.pictures.answer(message);
        return;
      case 'what-if':
        this.whatIf = message.whatIf;
        return this.refresh();
      case 'reveal':
        return revealPlace(message.place, this.panel.viewColumn, true);
      case 'copy':
        await env.clipboard.writeText(message.text);
        window.setStatusBarMessage(`Copied ${message.text.split('\n', 1)[0]}`, 3000);
        return;
      case 'fix':
        return this.fix(message.collision, message.title);
      case 'apply':
        return this.apply(message.gpuMem);
    }
  }

  private async fix(collision: string, title: string): Promise<void> {
    try {
      const connection = await this.server.start();
      const params: MapFixParams = { uri: this.rootUri, collision, title, whatIf: this.whatIf };
      const edit = await connection.request<unknown>(mapFixRequest, params);
      const applied = edit !== null && (await workspace.applyEdit(await connection.workspaceEdit(edit)));
      if (!applied)
        await window.showWarningMessage(`“${title}” can no longer be done: the files have changed. The map shows what is there now.`);
    } catch (error) {
      await window.showErrorMessage(`“${title}” failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    await this.refresh();
  }

  /** Writes the GPU memory that was tried; the map then shows what config.txt says. */
  private async apply(gpuMem: number): Promise<void> {
    try {
      const connection = await this.server.start();
      const params: MapApplyParams = { uri: this.rootUri, gpuMem };
      const edit = await connection.request<unknown>(mapApplyRequest, params);
      if (edit === null) await window.showInformationMessage(`Nothing is to be written: the GPU has ${gpuMem} MiB by config.txt as it is.`);
      else if (!(await workspace.applyEdit(await connection.workspaceEdit(edit)))) {
        await window.showWarningMessage('config.txt was not written: it has changed meanwhile. Try again.');
        return;
      }
      // A slider that was moved meanwhile stands for another wish.
      if (this.whatIf.gpuMem === gpuMem) {
        const { gpuMem: _written, ...rest } = this.whatIf;
        this.whatIf = rest;
      }
    } catch (error) {
      await window.showErrorMessage(`config.txt was not written: ${error instanceof Error ? error.message : String(error)}`);
    }
    await this.refresh();
  }
}
