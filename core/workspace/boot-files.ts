import type { Firmware, KernelCommandLine } from '../board/board.ts';
import { readCommandLine } from '../board/cmdline.ts';
import { readConfigTxt } from '../board/config-txt.ts';
import type { PiModel } from '../board/pi-model.ts';
import type { Finding } from '../source/finding.ts';
import type { Inputs } from './inputs.ts';
import type { Queries } from './queries.ts';

export interface ReadConfigTxt {
  readonly firmware: Firmware | undefined;
  readonly findings: readonly Finding[];
  /** Files that it includes. */
  readonly includes: readonly string[];
}

/** Reads the files of the boot partition: config.txt for the firmware, cmdline.txt for the root kernel. */
export class BootFiles {
  constructor(
    private readonly inputs: Inputs,
    private readonly queries: Queries,
  ) {}

  /** For a Raspberry Pi 4 Model B where the model is not known: sections of the file count for some models only. */
  configTxt(path: string, model: PiModel = 'raspberrypi,4-model-b'): ReadConfigTxt {
    return this.queries.query(`config-txt:${path}:${model}`, () => {
      const source = this.inputs.source(path);
      if (source === undefined) return { firmware: undefined, findings: [], includes: [] };
      const includes: string[] = [];
      const read = (included: string) => {
        includes.push(included);
        return this.inputs.source(included);
      };
      return { ...readConfigTxt(source, { read }, model), includes };
    });
  }

  cmdlineTxt(path: string): { readonly commandLine: KernelCommandLine | undefined; readonly findings: readonly Finding[] } {
    return this.queries.query(`cmdline-txt:${path}`, () => {
      const source = this.inputs.source(path);
      return source === undefined ? { commandLine: undefined, findings: [] } : readCommandLine(source);
    });
  }
}
