import type { TargetLook } from '@jailhouse-cells/deploy/observe/poll.ts';
import { type KnownSystem, type KnownSystems, systemsRequest } from '@jailhouse-cells/protocol/messages.ts';
import { window } from 'vscode';
import type { Server } from '../server.ts';
import { likeliestSystem } from './likeliest-system.ts';

/** The system of the workspace that runs on a target, known by the name of its root cell; undefined where none fits. */
export async function systemOn(server: Server, look: TargetLook | undefined): Promise<KnownSystem | undefined> {
  try {
    const connection = await server.start();
    const { systems } = await connection.request<KnownSystems>(systemsRequest, null);
    return likeliestSystem(systems, look?.cells[0]?.name, window.activeTextEditor?.document.uri.toString());
  } catch {
    // Why it does not run, the server says itself.
    return undefined;
  }
}
