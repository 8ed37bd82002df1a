import type { Deployment } from '@jailhouse-cells/core/deployment/deployment.ts';

/** A system of which nothing but its name is known: enough to stop and destroy cells and to disable the hypervisor. */
export function bareDeployment(system: string): Deployment {
  return {
    system,
    target: undefined,
    root: { path: '', name: '', bytes: new Uint8Array(), place: undefined },
    cells: [],
    explicitSet: false,
    expected: {
      architecture: 'arm64',
      revision: 0,
      model: undefined,
      ram: [],
      hypervisorMemory: { start: 0n, end: 0n, place: undefined },
      cpus: { value: [], place: undefined },
      pciWindow: undefined,
      cellMemory: [],
      gpuMem: undefined,
      virtualConsole: false,
      snapshot: undefined,
    },
    findings: [],
    obstacles: [],
  };
}
