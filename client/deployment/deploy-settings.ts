import { workspace } from 'vscode';

/** The user's settings below `jailhouseCells.deploy`. */
export interface DeploySettings {
  /** Ask before the first step that ends something or can hang the board. */
  readonly confirm: boolean;
  /** Seconds that cells are watched for after they were started. */
  readonly watchSeconds: number;
  /** Seconds after which the target disables the hypervisor by itself unless enabling came to a good end; undefined: it does not. */
  readonly deadManSeconds: number | undefined;
  /** The hardware watchdog may restart a frozen board while the hypervisor is enabled. */
  readonly watchdog: boolean;
}

export function deploySettings(): DeploySettings {
  const section = workspace.getConfiguration('jailhouseCells.deploy');
  const seconds = (name: string, fallback: number): number => {
    const value = section.get<unknown>(name);
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : fallback;
  };
  const deadMan = seconds('deadManSeconds', 0);
  return {
    confirm: section.get<unknown>('confirm') !== false,
    watchSeconds: seconds('watchSeconds', 5),
    deadManSeconds: deadMan === 0 ? undefined : deadMan,
    watchdog: section.get<unknown>('watchdog') === true,
  };
}
