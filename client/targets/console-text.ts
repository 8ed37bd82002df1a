import type { Meaning } from '@jailhouse-cells/deploy/from-message.ts';
import type { ConsoleEvent } from '@jailhouse-cells/deploy/observe/console-tail.ts';

const dim = (text: string) => `\u001b[2m${text}\u001b[22m`;

/** Causes that are said in the console; the rest is in the explanation behind the link. */
const mostCauses = 2;

/** Colours (CSI … m) with their numbers in the first group; other sequences that control a terminal without. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: such sequences are what it looks for.
const sequence = /\u001b(?:\[([0-9;]*)m|\[[0-?]*[ -/]*[@-~]|[\]P^_X][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_]?)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all but tab, line end, carriage return and escape.
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g;

/** Text of a console as a terminal takes it. Cells may print anything: colours stay, whatever else would control the terminal is left out. */
export function terminalText(text: string): string {
  return text
    .replace(sequence, (all, colour: string | undefined) => (colour === undefined ? '' : all))
    .replace(control, '')
    .replace(/\r?\n/g, '\r\n');
}

/** A line of ours between those of the console. */
export function note(text: string): string {
  return `${dim(`── ${text}`)}\r\n`;
}

/** What the console says where no text of the hypervisor is to be shown. */
export function eventText(event: ConsoleEvent): string {
  switch (event.kind) {
    case 'text':
      return terminalText(event.text);
    case 'missed':
      return note('some text is missed: more was written than the ring buffer of 2 KiB holds');
    case 'enabled':
      return note('the hypervisor is enabled');
    case 'disabled':
      return note(event.module === 'loaded' ? 'the hypervisor is not enabled' : "Jailhouse's driver is not loaded");
    case 'no-console':
      return note(
        'the system config has no virtual console: set JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE in its flags, else the log is on the UART alone',
      );
  }
}

/** What lines before mean: dim lines below them. @param shown A path as the workspace names it. */
export function meaningText(meanings: readonly Meaning[], shown: (path: string) => string): string {
  return meanings
    .flatMap(({ summary, causes }) => [
      `╰─ ${summary}`,
      ...causes
        .slice(0, mostCauses)
        .flatMap(({ title, text, confidence, places }) => [
          `     ${confidence}: ${title}. ${text}`,
          ...places.slice(0, 1).map(({ place }) => `     ${shown(place.file)}:${place.line + 1}:${place.column + 1}`),
        ]),
    ])
    .map((line) => `${dim(terminalText(line.replaceAll('\n', ' ')))}\r\n`)
    .join('');
}
