import { validHost } from '@jailhouse-cells/deploy/ssh/quote.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';

/** Arguments of ssh for a person's terminal on a target. Throws for a host that ssh would take for something else. */
export function loginArguments({ host, port, sshConfig }: Target): readonly string[] {
  const check = validHost(host);
  if (!check.ok) throw new Error(check.message);
  return [...(sshConfig === undefined ? [] : ['-F', sshConfig]), ...(port === undefined ? [] : ['-p', String(port)]), '--', host];
}
