import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SshConnection } from '@jailhouse-cells/deploy/ssh/connection.ts';
import { openConnection } from '@jailhouse-cells/deploy/ssh/open-connection.ts';
import { type SimulatedBoardServer, startSimulatedBoard } from '@jailhouse-cells/simulator/server/simulated-board.ts';
import { exampleCell } from '../../simulator/machine/example-cells.ts';

/** A simulated Raspberry Pi with the example's configs and images in its home folder, and a connection to it. */
export class ObservedBoard {
  readonly connection: SshConnection;
  private constructor(
    private readonly folder: string,
    readonly served: SimulatedBoardServer,
  ) {
    this.connection = this.connect();
  }

  static async start(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<ObservedBoard> {
    const folder = mkdtempSync(join(tmpdir(), 'jhc-observe-'));
    const images = join(import.meta.dirname, '../../../examples/rpi4/images');
    const served = await startSimulatedBoard({
      board: 'rpi4-8gb',
      folder: join(folder, 'board'),
      bootTime: 50,
      moduleLoaded: true,
      files: {
        '/home/pi/rpi4.cell': exampleCell('rpi4/configs/rpi4.c'),
        '/home/pi/demo.cell': exampleCell('rpi4/configs/rpi4-inmate-demo.c'),
        ...Object.fromEntries(readdirSync(images).map((name) => [`/home/pi/${name}`, readFileSync(join(images, name))])),
        ...files,
      },
    });
    return new ObservedBoard(folder, served);
  }

  connect(): SshConnection {
    const { host, sshConfig } = this.served;
    return openConnection(
      { name: 'board', host, sudo: true, sshConfig, simulated: true },
      { log: () => undefined, controlFolder: join(this.folder, 'control') },
    );
  }

  /** Runs commands on the board as root. */
  async jailhouse(...commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      const answer = await this.connection.run({ title: command, script: `cd /home/pi; sudo -n jailhouse ${command}`, limit: 60_000 });
      if (answer.kind === 'none') throw new Error(answer.message);
      if (answer.status !== 0) throw new Error(`jailhouse ${command}: ${answer.stderr}`);
    }
  }

  async stop(): Promise<void> {
    await this.connection.close();
    await this.served.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
