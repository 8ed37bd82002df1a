#!/usr/bin/env node
import { existsSync } from 'node:fs';

// The bundle is built, not committed: say how to get it instead of failing with a module error.
const bundle = new URL('../../dist/cli.mjs', import.meta.url);
if (!existsSync(bundle)) {
  process.stderr.write('jailhouse-cells is not built yet: run "npm run build" in the checkout first.\n');
  process.exit(2);
}
await import(bundle.href);
