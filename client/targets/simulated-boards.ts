import { type Disposable, env, ProgressLocation, type QuickPickItem, window } from 'vscode';
import type { DeploymentServices } from '../deployment/services.ts';
import { BoardProcess } from './board-process.ts';

interface BoardItem extends QuickPickItem {
  readonly board: string;
}

/** Those of `jailhouse-cells simulate --board`. */
const boards: readonly BoardItem[] = [
  { board: 'rpi4-8gb', label: 'Raspberry Pi 4, 8 GB' },
  { board: 'rpi4-4gb', label: 'Raspberry Pi 4, 4 GB' },
  { board: 'rpi4-2gb', label: 'Raspberry Pi 4, 2 GB' },
  { board: 'rpi4-1gb', label: 'Raspberry Pi 4, 1 GB' },
  { board: 'qemu-arm64', label: "QEMU's board for arm64", description: '16 CPUs' },
];

/** Simulated boards that this window runs; they end with it. */
export class SimulatedBoards implements Disposable {
  private readonly running = new Map<string, BoardProcess>();

  constructor(private readonly services: DeploymentServices) {}

  /** Asks which board, and starts it. @returns The name of its target; undefined: none was started. */
  async start(): Promise<string | undefined> {
    const picked = await window.showQuickPick(
      boards.map((item) => ({ ...item, detail: this.has(item.board) ? 'runs already; another one is started' : '' })),
      {
        title: 'Start Simulated Board',
        placeHolder: 'Linux with Jailhouse in memory, behind a real sshd that listens on this machine alone; no hardware is behind it',
      },
    );
    if (picked === undefined) return undefined;
    const name = await this.freeName(picked.board);
    const program = this.services.context.asAbsolutePath('dist/simulator.cjs');
    const started = await window.withProgress(
      { location: ProgressLocation.Notification, title: `Starting the simulated board ${name} …` },
      () => BoardProcess.start({ program, board: picked.board, name }),
    );
    if (!started.ok) {
      const copy = started.install === undefined ? undefined : `Copy "${started.install}"`;
      const choice = await window.showErrorMessage(started.message, ...(copy === undefined ? [] : [copy]));
      if (choice !== undefined && started.install !== undefined) await env.clipboard.writeText(`sudo ${started.install}`);
      return undefined;
    }
    const { board } = started;
    this.running.set(name, board);
    void board.gone.then((unasked) => {
      this.running.delete(name);
      if (unasked) void window.showWarningMessage(`The simulated board ${name} has ended.`);
    });
    return name;
  }

  /** @param name Left out: the only one, or one that the user chooses. @returns Its name; undefined: none of this window was stopped. */
  async stop(name?: string): Promise<string | undefined> {
    const names = [...this.running.keys()];
    if (name !== undefined && !this.running.has(name)) {
      await window.showInformationMessage(`The simulated board ${name} was started elsewhere: stop it there.`);
      return undefined;
    }
    if (names.length === 0) {
      await window.showInformationMessage('This window runs no simulated board.');
      return undefined;
    }
    const chosen = name ?? (names.length === 1 ? names[0] : await window.showQuickPick(names, { title: 'Stop Simulated Board' }));
    if (chosen === undefined) return undefined;
    await this.running.get(chosen)?.stop();
    return chosen;
  }

  dispose(): void {
    for (const board of this.running.values()) void board.stop();
  }

  private has(board: string): boolean {
    return [...this.running.values()].some((process) => process.board === board);
  }

  private async freeName(board: string): Promise<string> {
    const taken = new Set([...(await this.services.targets.list()).map(({ name }) => name), ...this.running.keys()]);
    for (let number = 1; ; number++) {
      const name = number === 1 ? board : `${board}-${number}`;
      if (!taken.has(name)) return name;
    }
  }
}
