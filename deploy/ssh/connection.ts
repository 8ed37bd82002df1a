/** A script for the target's `sh`, and what it reads. */
export interface RemoteScript {
  /** What it is for, as the log and the progress say it: `create cell rpi4-linux-demo`. */
  readonly title: string;
  /** POSIX shell text. Every value in it went through `quote`. */
  readonly script: string;
  /** Bytes for its standard input; left out: none. */
  readonly input?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Milliseconds after which it is given up. */
  readonly limit: number;
  readonly signal?: AbortSignal;
  /** Text of stdout as it comes, for what follows. */
  readonly onOutput?: (text: string) => void;
}

/** Why there is no answer. Each has a message with its remedy. */
export type NoAnswerReason =
  | 'no-ssh'
  | 'unknown-host'
  | 'unreachable'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'authentication'
  | 'timeout'
  | 'lost'
  | 'cancelled'
  | 'misconfigured';

export type RemoteAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly stdout: string; readonly stderr: string; readonly milliseconds: number }
  | {
      readonly kind: 'none';
      readonly reason: NoAnswerReason;
      readonly message: string;
      readonly stdout: string;
      readonly stderr: string;
      readonly milliseconds: number;
    };

/** An open way to a target. */
export interface Connection {
  run(script: RemoteScript): Promise<RemoteAnswer>;
  /** Scripts that were sent so far. */
  readonly roundTrips: number;
  /** Ends what still runs, and the shared connection when this side opened it. */
  close(): Promise<void>;
}

/** A connection over the system's ssh. */
export interface SshConnection extends Connection {
  /** Scripts are on their way. */
  readonly busy: boolean;
  /**
   * Sends a script on a connection of its own, never asks, and gives up soon: whether the target still answers while another script hangs. Where a
   * login needs an answer of the user, `authentication` says as much: the ssh server lives.
   */
  freshAnswer(script: RemoteScript): Promise<RemoteAnswer>;
}

/** Asks the user on behalf of ssh: for a password, a passphrase, or whether a host key is right. Undefined: the user declined. */
export type Prompt = (question: {
  readonly kind: 'secret' | 'confirm';
  readonly text: string;
  readonly signal: AbortSignal;
}) => Promise<string | undefined>;

/** Every command with its time, for the output channel; no secrets. */
export type ConnectionLog = (line: string) => void;
