/** The simulated board cannot be served; the message names the remedy. */
export class BoardError extends Error {}
