import { bareDeployment } from '@jailhouse-cells/deploy/plan/bare-deployment.ts';
import type { Io } from '../io.ts';
import type { WantedSystem } from './wanted.ts';

/** What stands for the system of a command that works on a target alone. */
export function withoutSystem(io: Io): WantedSystem {
  return {
    deployment: bareDeployment('cells'),
    targets: [],
    cell: undefined,
    explain: async () => [],
    places: { cwd: io.cwd, text: () => undefined, bytes: () => undefined },
  };
}
