import { property } from '../../devicetree/tree-access.ts';
import type { GuestRule } from '../rule.ts';

export const guestChosenOverwritten: GuestRule = {
  id: 'guest-chosen-overwritten',
  title: 'Boot arguments in the tree are overwritten',
  severity: 'information',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-chosen'],
  prose: {
    meaning:
      '`jailhouse cell linux -c` puts its command line in place of `bootargs` in `/chosen`, and `-i` the place of the initrd. What the tree says there is lost where `jailhouse.json` gives the cell a command line or an initrd.',
    onTheBoard: 'Linux boots with the command line of `jailhouse.json` only (tools/jailhouse-cell-linux).',
    remedy: 'Keep one of the two.',
  },
  bad: '/* jailhouse.json: "commandLine": "console=ttyS0" */\nchosen {\n\tbootargs = "console=ttyS0 root=/dev/ram0";\n};',
  good: '/* jailhouse.json: "commandLine": "console=ttyS0 root=/dev/ram0" */\nchosen {\n\tstdout-path = "serial0";\n};',
  check({ tree, initrd, commandLine }, report) {
    const chosen = tree.root.children.find(({ name }) => name === 'chosen');
    if (chosen === undefined) return;
    const bootargs = property(chosen, 'bootargs');
    const given = commandLine?.parameters[0];
    if (bootargs !== undefined && given !== undefined)
      report({
        span: bootargs.valueSpan,
        message: 'These bootargs are lost: jailhouse cell linux puts the command line of jailhouse.json in their place.',
        related: [{ span: given.span, message: 'the command line that counts' }],
      });
    if (initrd === undefined) return;
    for (const name of ['linux,initrd-start', 'linux,initrd-end']) {
      const place = property(chosen, name);
      if (place === undefined) continue;
      report({
        span: place.valueSpan,
        message: `${name} is lost: jailhouse cell linux writes where it puts the initrd.`,
        related: [{ span: initrd.span, message: 'the initrd that is loaded' }],
      });
    }
  },
};
