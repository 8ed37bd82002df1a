/** A board that is reached over ssh. */
export interface Target {
  /** As jailhouse.json, `target add` or the tree of targets names it. */
  readonly name: string;
  /** A host of the user's ssh configuration, or `user@host`; never with a leading dash. */
  readonly host: string;
  readonly port?: number;
  /** Become root with `sudo -n` on the board. Without it the login has to be root. */
  readonly sudo: boolean;
  /** Another ssh configuration than the user's (`ssh -F`); absolute path. The simulated board has its own. */
  readonly sshConfig?: string;
  /** Said wherever the target shows. */
  readonly simulated?: boolean;
}
