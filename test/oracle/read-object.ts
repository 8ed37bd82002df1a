import { builtInHeaders, systemHeaders } from '@jailhouse-cells/core/abi/headers.ts';
import { encodeObject } from '@jailhouse-cells/core/c/image.ts';
import { dynamicMacros, predefinedText } from '@jailhouse-cells/core/c/predefined.ts';
import { readTranslationUnit } from '@jailhouse-cells/core/c/translation-unit.ts';
import type { Architecture } from '@jailhouse-cells/core/config/model.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { emptyPrelude, preprocess } from '@jailhouse-cells/core/source/preprocessor.ts';
import type { IncludeHost } from '@jailhouse-cells/core/source/preprocessor-result.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { tokenize } from '@jailhouse-cells/core/source/tokenizer.ts';
import type { Revision } from '@jailhouse-cells/core/workspace/settings.ts';

export interface ReadObject {
  /** Of the first object that has an initialiser. */
  readonly bytes: Uint8Array | undefined;
  readonly findings: readonly Finding[];
}

const hosts = new Map<Revision, IncludeHost>();

function hostOf(revision: Revision): IncludeHost {
  let host = hosts.get(revision);
  if (!host) {
    const files = new Map([...systemHeaders, ...builtInHeaders(revision)].map(([name, text]) => [name, new SourceFile(`/${name}`, text)]));
    host = { resolve: (name) => files.get(name), tokens: tokenize, isCurrent: () => true, searched: () => [] };
    hosts.set(revision, host);
  }
  return host;
}

/** Any C object through the C front end alone, with no config model and no workspace around it. */
export function readObject(source: string, arch: Architecture, revision: Revision = 14): ReadObject {
  const host = hostOf(revision);
  const predefined = preprocess(new SourceFile('/predefined', predefinedText(arch)), emptyPrelude(new Map()), host);
  const macros = new Map([...predefined.macros, ...dynamicMacros]);
  const unit = readTranslationUnit(preprocess(new SourceFile('/object.c', source), emptyPrelude(macros), host), arch);
  const object = unit.objects.find((candidate) => candidate.initial !== undefined);
  return { bytes: object && encodeObject(object.type, object.initial), findings: unit.findings };
}
