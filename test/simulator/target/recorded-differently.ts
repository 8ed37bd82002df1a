/** Records that are not replayed as they are, each with its reason. Numbers are places in transcripts.json. */

/** Neither run nor compared. */
export const leftOut: Readonly<Record<number, string>> = {
  47: 'Strings of the hypervisor image: that of the simulation has only its header and its banner.',
  52: "QEMU's own device tree: the simulated board's is made from its physical facts.",
  57: "QEMU's own device tree.",
  106: 'The board stops: a test of its own in nasty.test.ts.',
  129: 'lspci -vv, which is not simulated.',
  131: "Size of QEMU's blob.",
  280: 'A full-screen program on a terminal: a test of its own in sessions.test.ts.',
  283: 'Terminal descriptions of the disk: none are simulated.',
  297: 'The client is killed: a test of its own in sessions.test.ts.',
  298: 'Follows 297.',
  299: 'Follows 297.',
  300: 'The client is killed: a test of its own in sessions.test.ts.',
  301: 'Follows 300.',
  302: 'The client is killed: a test of its own in sessions.test.ts.',
  303: 'Follows 302.',
  309: 'Never ends: a test of its own in sessions.test.ts.',
  310: 'Follows 309.',
  311: 'Follows 309.',
  317: 'A call of ssh on the host.',
  320: 'The serial line of QEMU.',
  321: 'The board stops: a test of its own in nasty.test.ts.',
  322: 'A call of ssh on the host.',
  323: 'The serial line of QEMU.',
  335: 'The client is killed: a test of its own in sessions.test.ts.',
  336: 'Follows 335.',
  337: 'The client is killed: a test of its own in sessions.test.ts.',
  338: 'Follows 335.',
  344: "Platform devices of QEMU's machine.",
};

/** Run, for what they change, but their output is not compared. */
export const runOnly: Readonly<Record<number, string>> = {
  295: 'dd and df: speed and sizes of the disk of the record.',
  305: 'Three commands at once: who comes first is chance; tested in nasty.test.ts.',
  306: 'Four commands at once: who comes first is chance; tested in nasty.test.ts.',
  307: 'A list that races with a destroy: what it meets is chance; tested in nasty.test.ts.',
  339: 'Behind 335: without a console that leaked there is nothing to see.',
};

/** The same with other words. */
export const adapted: Readonly<Record<number, { readonly argv: string; readonly stderr?: string; readonly why: string }>> = {
  296: { argv: 'jailhouse cell load 1 /dev/shm/big -a 0x70000000', stderr: '', why: "`time` is a word of bash's." },
  113: {
    argv: 'udevadm --version 2>&1 | head -1; (timeout 4 udevadm monitor --kernel >/var/tmp/ue 2>&1 &) ; sleep 0.1; jailhouse enable qemu-arm64.cell; sleep 0.1; cat /var/tmp/ue',
    why: 'Shorter waits.',
  },
};

/** Commands that never came back. */
export const hanging: ReadonlySet<number> = new Set([316]);
