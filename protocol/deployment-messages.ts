/** Deployments between server and client. The client brings them to the target; the server makes them and explains what the target says. */

/** Client to server: everything that it takes to run the system that a document belongs to. Open texts count, saved or not. */
export const deploymentRequest = 'jailhouse-cells/deployment';

export interface DeploymentParams {
  readonly uri: string;
}

export type DeploymentResult =
  | {
      readonly ok: true;
      /** As core/deployment/message.ts writes it; deploy/ reads it. */
      readonly deployment: { readonly [member: string]: unknown };
      readonly rootUri: string;
      /** Open documents among the sources that are not saved. */
      readonly unsaved: readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

/** Client to server: the targets that the workspace's jailhouse.json files name. */
export const targetsRequest = 'jailhouse-cells/targets';

export interface NamedTarget {
  readonly name: string;
  readonly host: string;
  readonly sudo: boolean;
  /** URI of the jailhouse.json, and where in it. */
  readonly uri: string;
  readonly line: number;
}

/** Client to server: what a target's output means for the configs of a system. */
export const explainRequest = 'jailhouse-cells/explain';

export interface ExplainParams {
  /** A config of the system. */
  readonly uri: string;
  /** Error texts, kernel log, console, `exit status 139`, `enable hangs`. */
  readonly text: string;
}

export interface ExplainResult {
  /** As core/deployment/meaning.ts has it: best first, paths for files. */
  readonly meanings: readonly ExplainedMeaning[];
}

export interface ExplainedMeaning {
  readonly summary: string;
  readonly causes: readonly {
    readonly title: string;
    readonly text: string;
    readonly confidence: 'certain' | 'likely' | 'possible';
    readonly places: readonly { readonly message: string; readonly place: ExplainedPlace }[];
    readonly rule: string | undefined;
  }[];
}

/** Lines and UTF-16 columns from 0. */
export interface ExplainedPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}
