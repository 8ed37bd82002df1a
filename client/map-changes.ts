import { type MapChangedParams, mapChangedNotification } from '@jailhouse-cells/protocol/map-messages.ts';
import { type Event, EventEmitter } from 'vscode';
import type { Server } from './server.ts';

/** Told with URIs of system configs whose maps changed. A connection has one handler for a method; here are all who want to know. */
export function mapChanges(server: Server): Event<readonly string[]> {
  const changed = new EventEmitter<readonly string[]>();
  server.onConnection((connection) => {
    connection.onNotification<MapChangedParams>(mapChangedNotification, ({ rootUris }) => changed.fire(rootUris));
  });
  return changed.event;
}
