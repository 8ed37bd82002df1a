import type { Prompt } from '@jailhouse-cells/deploy/ssh/connection.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { CancellationTokenSource, window } from 'vscode';

/** Brings ssh's questions about a target to the user. Answers go back to ssh and nowhere else. */
export function promptFor(target: Target): Prompt {
  return async ({ kind, text, signal }) => {
    const answer = kind === 'secret' ? await askSecret(target, text, signal) : await askConfirmation(target, text);
    return signal.aborted ? undefined : answer;
  };
}

async function askSecret(target: Target, text: string, signal: AbortSignal): Promise<string | undefined> {
  const over = new CancellationTokenSource();
  const end = () => over.cancel();
  signal.addEventListener('abort', end);
  try {
    return await window.showInputBox(
      {
        title: `ssh: ${nameOf(target)}`,
        prompt: text.trim(),
        password: true,
        // Looking a password up elsewhere must not close it.
        ignoreFocusOut: true,
      },
      over.token,
    );
  } finally {
    signal.removeEventListener('abort', end);
    over.dispose();
  }
}

async function askConfirmation(target: Target, text: string): Promise<string | undefined> {
  const fingerprint = /\b(\S+) key fingerprint is (\S+)/.exec(text);
  const connect = { title: 'Connect' };
  const message =
    fingerprint === null
      ? `ssh asks about ${nameOf(target)}.`
      : `The host key of ${nameOf(target)} is not known yet. Its ${fingerprint[1]} fingerprint is ${fingerprint[2]?.replace(/\.$/, '')}`;
  const detail =
    fingerprint === null
      ? text.trim()
      : `Compare it with what the board itself shows (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub). “Connect” makes ssh remember it in known_hosts.\n\n${text.trim()}`;
  const choice = await window.showWarningMessage(message, { modal: true, detail }, connect);
  return choice === connect ? 'yes' : undefined;
}

/** As it is said wherever a target shows. */
export function nameOf({ name, simulated }: Target): string {
  return simulated === true ? `${name} (simulated)` : name;
}
