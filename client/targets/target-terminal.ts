import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { ThemeIcon, window } from 'vscode';
import { nameOf } from '../deployment/prompt.ts';
import { loginArguments } from './login-arguments.ts';

/** A terminal of the target, by ssh with the user's own configuration: here ssh may ask in its own words. */
export function openTargetTerminal(target: Target): void {
  window
    .createTerminal({
      name: nameOf(target),
      shellPath: process.platform === 'win32' ? 'ssh.exe' : 'ssh',
      shellArgs: [...loginArguments(target)],
      iconPath: new ThemeIcon(target.simulated === true ? 'vm' : 'remote'),
      isTransient: true,
    })
    .show();
}
