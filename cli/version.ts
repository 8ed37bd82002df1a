import manifest from '../package.json' with { type: 'json' };

/** The version of the extension's manifest: command line, server and extension are released together. */
export const version: string = manifest.version;
