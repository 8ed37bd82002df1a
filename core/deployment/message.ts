import { decodeBase64, encodeBase64 } from '../board/base64.ts';
import type { Deployment } from './deployment.ts';

/** A deployment as JSON: what JSON has no type for is `{ "hex": "0x…" }` (64-bit values) or `{ "base64": "…" }` (bytes). */
export type DeploymentMessage = { readonly [member: string]: unknown };

/** For the wire; `fromMessage` makes the same deployment of it. */
export function toMessage(deployment: Deployment): DeploymentMessage {
  return tagged(deployment) as DeploymentMessage;
}

/** @param message What `toMessage` made, in this version of the program: both ends are installed together. */
export function fromMessage(message: DeploymentMessage): Deployment {
  return untagged(message) as Deployment;
}

function tagged(value: unknown): unknown {
  if (typeof value === 'bigint') return { hex: `0x${value.toString(16)}` };
  if (value instanceof Uint8Array) return { base64: encodeBase64(value) };
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, tagged(member)]));
}

function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  const [first] = members;
  if (members.length === 1 && first !== undefined && typeof first[1] === 'string') {
    if (first[0] === 'hex') return BigInt(first[1]);
    if (first[0] === 'base64') return decodeBase64(first[1]);
  }
  return Object.fromEntries(members.map(([name, member]) => [name, untagged(member)]));
}
