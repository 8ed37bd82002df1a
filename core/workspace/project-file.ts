import { type Revision, revisions } from '../abi/entry.ts';
import { type Architecture, architectureNumbers } from '../config/model.ts';
import type { Finding } from '../source/finding.ts';
import { directoryOf, joinPath } from '../source/paths.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';

/** `jailhouse.json`, understood; paths are absolute. What concerns boards and targets is read by those who need it. */
export interface Project {
  readonly path: string;
  readonly headers: string | undefined;
  readonly revision: Revision | undefined;
  readonly arch: Architecture | undefined;
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly systems: readonly ProjectSystem[];
  /** Where each config of the systems is named, by its path. */
  readonly places: ReadonlyMap<string, Span>;
  readonly findings: readonly Finding[];
}

export interface ProjectSystem {
  readonly name: string;
  readonly rootCell: string;
  readonly cells: readonly string[];
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Reads a `jailhouse.json`. What is wrong in it becomes a finding; the rest still counts. */
export function readProject(file: SourceFile): Project {
  const findings: Finding[] = [];
  const directory = directoryOf(file.path);
  const complain = (message: string, key?: string): void => {
    const at = key === undefined ? -1 : file.text.indexOf(`"${key}"`);
    const span =
      at < 0 || key === undefined
        ? { file: file.path, start: 0, end: Math.min(1, file.text.length) }
        : { file: file.path, start: at, end: at + key.length + 2 };
    findings.push({ rule: 'project-file', severity: 'error', message, span, related: [], fixes: [] });
  };
  const places = new Map<string, Span>();
  const empty = {
    path: file.path,
    places,
    headers: undefined,
    revision: undefined,
    arch: undefined,
    includePaths: [],
    defines: {},
    systems: [],
    findings,
  };
  let json: Json;
  try {
    json = JSON.parse(file.text) as Json;
  } catch (error) {
    complain(`jailhouse.json is no valid JSON: ${error instanceof Error ? error.message : String(error)}.`);
    return empty;
  }
  if (!isObject(json)) {
    complain('jailhouse.json must hold an object: { "systems": … }.');
    return empty;
  }
  const path = (value: string): string => joinPath(directory, value);
  const named = (value: string): string => {
    const at = file.text.indexOf(JSON.stringify(value));
    if (at >= 0) places.set(path(value), { file: file.path, start: at, end: at + JSON.stringify(value).length });
    return path(value);
  };
  const text = (value: Json | undefined, key: string): string | undefined => {
    if (value === undefined || typeof value === 'string') return value;
    complain(`"${key}" must be a string.`, key);
    return undefined;
  };
  const headers = text(json.headers, 'headers');
  const revision = revisions.find((known) => known === json.revision);
  if (json.revision !== undefined && revision === undefined) complain(`"revision" must be one of ${revisions.join(', ')}.`, 'revision');
  const arch = text(json.arch, 'arch');
  if (arch !== undefined && !(arch in architectureNumbers)) complain('"arch" must be arm64, arm or x86.', 'arch');
  const includePaths = strings(json.includePaths);
  if (!includePaths) complain('"includePaths" must be a list of folders.', 'includePaths');
  const defines: Record<string, string> = {};
  if (json.defines !== undefined && !isObject(json.defines)) complain('"defines" must be an object: { "NAME": "1" }.', 'defines');
  else for (const [name, value] of Object.entries(json.defines ?? {})) defines[name] = String(value);
  const systems: ProjectSystem[] = [];
  if (json.systems !== undefined && !isObject(json.systems))
    complain('"systems" must be an object: { "NAME": { "rootCell": …, "cells": [ … ] } }.', 'systems');
  else {
    for (const [name, value] of Object.entries(json.systems ?? {})) {
      const rootCell = isObject(value) ? value.rootCell : undefined;
      if (!isObject(value) || typeof rootCell !== 'string') {
        complain(`The system "${name}" names no "rootCell", the path of its system config.`, name);
        continue;
      }
      const cells = Array.isArray(value.cells) ? value.cells : [];
      const configs = cells.map((cell) =>
        typeof cell === 'string' ? cell : isObject(cell) && typeof cell.config === 'string' ? cell.config : undefined,
      );
      if (configs.includes(undefined)) complain(`A cell of the system "${name}" names no "config".`, name);
      systems.push({ name, rootCell: named(rootCell), cells: configs.filter((cell) => cell !== undefined).map(named) });
    }
  }
  return {
    path: file.path,
    places,
    headers: headers === undefined ? undefined : path(headers),
    revision,
    arch: arch !== undefined && arch in architectureNumbers ? (arch as Architecture) : undefined,
    includePaths: (includePaths ?? []).map(path),
    defines,
    systems,
    findings,
  };
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strings(value: Json | undefined): string[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) return undefined;
  return value as string[];
}
