/** What the extension's client needs of core's types: it imports nothing of core itself. */
export type { DeployedCell, Deployment, Place, PlacedFinding } from '@jailhouse-cells/core/deployment/deployment.ts';
export type { Explain, Meaning, MeaningCause } from '@jailhouse-cells/core/deployment/meaning.ts';
export { type DeploymentMessage, fromMessage } from '@jailhouse-cells/core/deployment/message.ts';
