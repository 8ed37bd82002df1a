/** Everything that varies from run to run, in one place: what is compared after this is the rest. */

/** Text that a program printed. */
export function comparableOutput(text: string): string {
  return (
    withoutProcessors(text)
      // The usage is only told of in the records.
      .replace(
        /^(Usage: jailhouse \{ COMMAND \| --help \| --version \}\n)(?:<22 more lines: [^\n]*>\n?|(?:[^\n]*\n){22})/m,
        '$1<22 more lines>\n',
      )
      .replace(/(usage: jailhouse cell linux[\s\S]*CELLCONFIG KERNEL\n)(?:<argparse help, abbreviated>\n|\n[\s\S]*)$/, '$1<help>\n')
      // bash ran the records, dash is what the target has.
      .replace(/^(?:bash: line \d+|sh: \d+): (\S+): (?:command )?not found$/gm, '$1: not found')
      .replace(/\bbash -c\b/g, 'sh -c')
      // Dates, sizes and places of what is installed, process numbers and times.
      .replace(
        /^([-dcl]\S{9})\s+\d+ (\S+)\s+(\S+)\s+(\d+,\s+\d+|\d+) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d /gm,
        (_, mode: string, owner: string, group: string, size: string) =>
          `${mode} ${owner} ${group} ${/,/.test(size) ? size.replace(/\s+/g, ' ') : 'size'} date `,
      )
      .replace(/^total \d+$/gm, 'total n')
      .replace(/^\[ *\d+\.\d{6}\] /gm, '')
      .replace(/^ *\d+ (Ss|S|R|D|Ds) +(?:\d+ )?/gm, (_, state: string) => `pid ${state.replace('s', '')} `)
      .replace(/vmexits_(\w+) = \d+~/g, 'vmexits_$1 = n~')
      .replace(/(remap|mem)_pool_(size|used) = \d+~/g, '$1_pool_$2 = n~')
      .replace(/on CPU \d+/g, 'on CPU n')
      .replace(/\S*\/hypervisor\//g, '<build>/hypervisor/')
      .replace(/<missed \d+ bytes of console log>/g, '<missed n bytes of console log>')
      .replace(/^[\d.]* ?failed 1$/gm, 'failed 1')
      // Which CPU of the root cell made a call is chance.
      .replace(/^(0 {7}qemu-arm64 +running +\S+ +)\d+ +$/gm, '$1n')
      // The tests become root with sudo.
      .replace(/^pid \S+ sudo -n sh -c .*\n/gm, '')
      .replace(/cd \/root\/jh cd \/root\/jh;/g, 'cd /root/jh;')
      // The dump of a warning, where its head is cut off.
      .replace(/^[\s\S]*?(?=---\[ end trace)/, '')
      // An excerpt of the console that is cut at both ends.
      .replace(
        /^(-r--r--r-- root:root f console = )(.+)$/gm,
        (_, head: string, content: string) => head + whole(content.split('~')).join('~'),
      )
      .replace(/\b00 00 80 11\b|\b00 00 00 01(?= 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 6)/g, 'phandle')
  );
}

/** Lines of an excerpt without those that are cut, and without those of single CPUs. */
function whole(lines: readonly string[]): readonly string[] {
  return lines.slice(1, -1).filter((line) => !/^ ?(?:Releasing )?(?:CPU \d+|[CPU]* ?\d*)(?:\.\.\. OK)?$/.test(line) && line !== '');
}

/** States of cells, then so many bytes of the console: where those begin and end depends on the number of the CPU that enabled the hypervisor. */
export function comparableExcerpt(text: string): readonly string[] {
  const lines = text.split('\n');
  const states = lines.findIndex((line) => !/^(?:[01]|running|shut down|failed|invalid)$/.test(line));
  return [...lines.slice(0, states), ...whole(lines.slice(states).map((line) => comparableOutput(line)))];
}

/** CPUs come up and go in an order of chance; a list of them that was cut says nothing. */
function withoutProcessors(text: string): string {
  return text.replace(/^ (?:Releasing )?CPU \d+(?:\.\.\. OK)?(?:\n|$)/gm, '');
}

const hypervisorLine =
  /^(?:Initializing (?:Jailhouse|processors|unit)|Code location|Page pool usage|Adding virtual PCI|Shared memory connection|Activating|Created cell|Started cell|Closing cell|Cell "|Shutting down hypervisor|FATAL|Unhandled|Cell state|Parking CPU| "|\S*\/hypervisor\/\S+: returning error)/;

/** Lines of the hypervisor on the UART. What guests and the kernel print there, registers and CPUs are left out; inmates print at the same time. */
export function comparableSerial(text: string): readonly string[] {
  return comparableOutput(text)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => hypervisorLine.test(line) && !/^Initializing the /.test(line));
}

/** Lines of the kernel's log. The dump of a warning is cut to its head and end. */
export function comparableKernelLog(text: string): readonly string[] {
  const kept: string[] = [];
  let inDump = false;
  for (const line of comparableOutput(text).split('\n')) {
    if (line.startsWith('---[ end trace')) inDump = false;
    if (line !== '' && !inDump)
      kept.push(line.replace(/^WARNING: CPU: \d+ PID: \d+/, 'WARNING: CPU: n PID: n').replace(/polled \d+ ms/, 'polled n ms'));
    if (line.startsWith('Modules linked in')) inDump = true;
  }
  return kept;
}
