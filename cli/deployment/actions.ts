/** What the commands of deployment do: a bundle of its own (scripts/build.mjs), which the other commands do not pay for. */
export { showConsole } from './console.ts';
export { examine, takeSnapshot } from './doctor.ts';
export { perform } from './perform.ts';
export { showPlan } from './show-plan.ts';
export { showStatus } from './status.ts';
export { addToList, listTargets, removeFromList } from './target-list.ts';
export { withoutSystem } from './without-system.ts';
