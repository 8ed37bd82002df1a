import { toMessage } from '@jailhouse-cells/core/deployment/message.ts';
import { baseName } from '@jailhouse-cells/core/source/paths.ts';
import { meaningsOf } from '@jailhouse-cells/core/workspace/meanings.ts';
import {
  type DeploymentParams,
  type DeploymentResult,
  deploymentRequest,
  type ExplainParams,
  type ExplainResult,
  explainRequest,
  type NamedTarget,
  targetsRequest,
} from '@jailhouse-cells/protocol/deployment-messages.ts';
import { type Connection, RequestType, RequestType0 } from 'vscode-languageserver';
import type { Engine } from './engine.ts';
import { describeThrown, guarded, type Log } from './guard.ts';
import { systemRootOf } from './system-root.ts';
import type { Uris } from './uris.ts';

/** What the requests need of the server. */
export interface DeploymentServices {
  readonly uris: Uris;
  /** Every config that the workspace has. */
  paths(): readonly string[];
  /** False while folders are still to be searched. */
  complete(): boolean;
  /** True for an open document whose text is not that of the file. */
  isUnsaved(path: string): boolean;
}

/** Milliseconds that the list of targets waits for the search. */
const longestSearch = 10_000;

/** Answers what the client needs to bring a system to a board: its bytes, the targets, what an output means. */
export function answerDeployments(connection: Connection, engine: Engine, services: DeploymentServices, log: Log): void {
  const { uris } = services;
  connection.onRequest(
    new RequestType<DeploymentParams, DeploymentResult, void>(deploymentRequest),
    guarded(
      log,
      `answering ${deploymentRequest}`,
      ({ uri }: DeploymentParams): DeploymentResult => {
        const root = systemRootOf(uri, engine, uris);
        if (typeof root !== 'string') return { ok: false, reason: root.reason };
        const deployment = engine.deployment(root);
        if (deployment === undefined) {
          return { ok: false, reason: `${baseName(root)} cannot be read as a system config yet: mend its errors, then deploy.` };
        }
        const sources = [root, ...deployment.cells.map(({ path }) => path)];
        const files = new Set(sources.flatMap((path) => [path, ...engine.filesWith(path)]));
        const unsaved = [...files].filter((path) => services.isUnsaved(path)).map((path) => uris.uriOf(path));
        return { ok: true, deployment: toMessage(deployment), rootUri: uris.uriOf(root), unsaved };
      },
      (thrown): DeploymentResult => ({
        ok: false,
        reason: `The deployment could not be made: ${describeThrown(thrown).split('\n', 1)[0]}`,
      }),
    ),
  );
  connection.onRequest(
    new RequestType<ExplainParams, ExplainResult, void>(explainRequest),
    guarded(
      log,
      `answering ${explainRequest}`,
      ({ uri, text }: ExplainParams): ExplainResult => {
        const root = systemRootOf(uri, engine, uris);
        if (typeof root !== 'string') return { meanings: [] };
        const cells = engine.check(root).system?.cells ?? [];
        return { meanings: meaningsOf(engine, [root, ...cells], text) };
      },
      (): ExplainResult => ({ meanings: [] }),
    ),
  );
  connection.onRequest(
    new RequestType0<readonly NamedTarget[], void>(targetsRequest),
    guarded(
      log,
      `answering ${targetsRequest}`,
      async (): Promise<readonly NamedTarget[]> => {
        // A server that has just begun has not found every jailhouse.json yet, and the client asks once.
        for (const until = Date.now() + longestSearch; !services.complete() && Date.now() < until; ) {
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
        const named = new Map<string, NamedTarget>();
        for (const config of services.paths()) {
          for (const { name, host, sudo, span } of engine.targets(config)) {
            const line = engine.text(span.file)?.positionAt(span.start).line ?? 0;
            if (!named.has(name)) named.set(name, { name, host, sudo, uri: uris.uriOf(span.file), line });
          }
        }
        return [...named.values()];
      },
      () => [],
    ),
  );
}
