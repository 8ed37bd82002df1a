import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** forwarder.cjs beside this file, in the checkout as in dist/. */
export function forwarderPath(): string {
  // A CommonJS bundle has no import.meta.url, a module no __dirname.
  return typeof __dirname === 'string' ? join(__dirname, 'forwarder.cjs') : fileURLToPath(new URL('./forwarder.cjs', import.meta.url));
}
