import type { Firmware } from '../../board/board.ts';
import type { Fix, TextEdit } from '../../source/finding.ts';
import type { TextOf } from '../rule.ts';

/** Puts a line at the end of config.txt, under `[all]` where a filter is in force there. Undefined where the file is no text. */
export function addLine(firmware: Firmware, line: string, text: TextOf): TextEdit | undefined {
  const source = text(firmware.path);
  if (source === undefined) return undefined;
  const lineBreak = source.includes('\r\n') ? '\r\n' : '\n';
  const last = [...source.matchAll(/^[ \t]*\[([^\]\r\n]*)\]/gm)].at(-1)?.[1]?.trim();
  const filtered = last !== undefined && last !== 'all';
  const before = source === '' || source.endsWith('\n') ? '' : lineBreak;
  return { span: firmware.end, newText: `${before}${filtered ? `[all]${lineBreak}` : ''}${line}${lineBreak}` };
}

/** `Set enable_uart=1 in config.txt`: in place of the setting that counts, else as a new line. */
export function setSetting(firmware: Firmware, name: string, value: string, text: TextOf): readonly Fix[] {
  const setting = firmware.settings.get(name);
  if (setting !== undefined && text(setting.span.file) === undefined) return [];
  const edit = setting === undefined ? addLine(firmware, `${name}=${value}`, text) : { span: setting.span, newText: `${name}=${value}` };
  return edit === undefined ? [] : [{ title: `Set ${name}=${value} in config.txt`, edits: [edit] }];
}
