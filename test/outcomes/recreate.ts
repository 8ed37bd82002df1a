import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, Severity } from '@jailhouse-cells/core/source/finding.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { MemoryFiles } from '../memory-files.ts';
import { mutate } from './edit-config.ts';
import { type Mutation, readMutations } from './mutation-language.ts';
import type { Row } from './rows.ts';

const examples = join(import.meta.dirname, '../../examples/qemu-arm64/configs');

/** The configs of a row as they are deployed, and what is said of each. */
export interface Recreated {
  readonly files: MemoryFiles;
  readonly workspace: Workspace;
  /** Paths of the root config and of its cells, in the order in which they run. */
  readonly paths: readonly string[];
  readonly findings: readonly Finding[];
}

function example(name: string): string {
  return readFileSync(join(examples, `${name}.c`), 'utf8');
}

/** The names of the row's configs, root first; a key of the row's mutations with each. */
export function configsOf(row: Row): readonly { readonly name: string; readonly key: string | undefined }[] {
  switch (row.kind) {
    case 'root':
      return [
        { name: 'qemu-arm64', key: '' },
        { name: 'qemu-arm64-inmate-demo', key: undefined },
      ];
    case 'cell':
      return [
        { name: 'qemu-arm64', key: undefined },
        { name: row.base, key: '' },
      ];
    case 'pair': {
      const [, a, b] = /^A=(\S+) B=(\S+)$/.exec(row.base) ?? [];
      if (a === undefined || b === undefined) throw new Error(`${row.id}: not a pair of cells: ${row.base}`);
      return [
        { name: 'qemu-arm64', key: undefined },
        { name: a, key: 'A' },
        { name: b, key: 'B' },
      ];
    }
  }
}

const folder = '/outcomes';
const fourCpus: Mutation = { kind: 'set', path: 'cpus[0]', from: '0xffff', to: '0xf' };

/** The board of all rows: QEMU's arm64 machine with four CPUs and 1 GiB of RAM, of which Linux has 768 MiB. */
const observedBoard = { model: 'linux,dummy-virt', ram: '1GiB', cpus: 4, cmdlineTxt: 'cmdline.txt' };

/** Makes the row's configs and checks them as one explicit set, on the board that was observed. */
export function recreate(row: Row): Recreated {
  const mutations = readMutations(row.mutation);
  const texts = configsOf(row).map(({ name, key }, index) => {
    const start = index === 0 ? edit(name, example(name), [fourCpus]) : example(name);
    const wanted = key === undefined ? [] : (mutations.get(key) ?? []);
    return {
      wanted,
      text: edit(
        name,
        start,
        wanted.filter(({ kind }) => kind !== 'append-bytes'),
      ),
      name: fileName(name, key),
    };
  });
  const sources = project(texts.map(({ name, text }) => [`${name}.c`, text] as const));
  const appended = texts.flatMap(({ wanted }) => wanted).some(({ kind }) => kind === 'append-bytes');
  if (!appended) return sources;
  // Rows about the file itself: the same configs as .cell files.
  return project(
    texts.map(({ name, wanted }, index) => {
      const built = sources.workspace.check(sources.paths[index] as string).config?.bytes;
      if (built === undefined) throw new Error(`${row.id}: ${name}.c holds no config`);
      const tails = wanted.filter((mutation) => mutation.kind === 'append-bytes');
      return [
        `${name}.cell`,
        Uint8Array.from([...built, ...tails.flatMap(({ count, value }) => new Array<number>(count).fill(value))]),
      ] as const;
    }),
  );
}

function fileName(name: string, key: string | undefined): string {
  return key === 'A' || key === 'B' ? `${name}-${key.toLowerCase()}` : name;
}

function edit(name: string, text: string, mutations: readonly Mutation[]): string {
  if (mutations.length === 0) return text;
  const path = `${folder}/${name}.c`;
  const config = new Workspace(new MemoryFiles({ [path]: text })).check(path).config;
  if (config === undefined) throw new Error(`${name} holds no config`);
  return mutate(config, text, mutations);
}

function project(configs: readonly (readonly [string, string | Uint8Array])[]): Recreated {
  const [root, ...cells] = configs.map(([name]) => name);
  const outcome = { rootCell: root, cells: cells.map((config) => ({ config })), board: observedBoard };
  const json = { revision: 14, systems: { outcome } };
  const files = new MemoryFiles({
    [`${folder}/jailhouse.json`]: JSON.stringify(json),
    [`${folder}/${observedBoard.cmdlineTxt}`]: 'root=/dev/vda mem=768M',
  });
  for (const [name, content] of configs) files.set(`${folder}/${name}`, content);
  const workspace = new Workspace(files);
  const paths = configs.map(([name]) => `${folder}/${name}`);
  return { files, workspace, paths, findings: paths.flatMap((path) => workspace.check(path).findings) };
}

const levels: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

export function strongest(findings: readonly Finding[]): Severity | undefined {
  return levels.find((level) => findings.some(({ severity }) => severity === level));
}
