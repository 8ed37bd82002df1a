import type { ByteText } from '../byte-text.ts';

const commands = [
  'enable SYSCONFIG',
  'disable',
  'console [-f | --follow]',
  'cell create CELLCONFIG',
  'cell list',
  'cell load { ID | [--name] NAME } { IMAGE | { -s | --string } "STRING" }',
  '          [-a | --address ADDRESS] ...',
  'cell start { ID | [--name] NAME }',
  'cell shutdown { ID | [--name] NAME }',
  'cell destroy { ID | [--name] NAME }',
  'cell linux [-h] [-d DTB] [-i INITRD] [-c "CMDLINE"] [-w PARAMS_FILE]',
  '           [-a ARCH] [-k FACTOR]',
  '           CELLCONFIG KERNEL',
  'cell stats { ID | [--name] NAME }',
  'config create [-h] [-g] [-r ROOT] [-t TEMPLATE_DIR] [-c CONSOLE]',
  '              [--mem-inmates MEM_INMATES] [--mem-hv MEM_HV]',
  '              FILE',
  'config collect FILE.TAR',
  'config check [-h] SYSCONFIG [CELLCONFIG ...]',
  'hardware check',
];

export const usage: ByteText = `Usage: jailhouse { COMMAND | --help | --version }\n\nAvailable commands:\n${commands.map((line) => `   ${line}\n`).join('')}`;

export const linuxUsage: ByteText = [
  'usage: jailhouse cell linux [-h] [-d DTB] [-i INITRD] [-c "CMDLINE"]',
  '                            [-w PARAMS_FILE] [-a ARCH] [-k FACTOR]',
  '                            CELLCONFIG KERNEL',
  '',
].join('\n');

export const linuxHelp: ByteText = `${linuxUsage}
Start Linux in a cell.

positional arguments:
  CELLCONFIG            configuration of the cell
  KERNEL                kernel image

options:
  -h, --help            show this help message and exit
  -d DTB, --dtb DTB     device tree of the cell
  -i INITRD, --initrd INITRD
                        initial RAM disk
  -c "CMDLINE", --cmdline "CMDLINE"
                        kernel command line
  -w PARAMS_FILE, --write-params PARAMS_FILE
                        write the parameters and print the commands
  -a ARCH, --arch ARCH  architecture of the target
  -k FACTOR, --kernel-decomp-factor FACTOR
                        room for the kernel to decompress
`;

export const checkHelp: ByteText = `usage: jailhouse config check [-h] SYSCONFIG [CELLCONFIG ...]

Check system and cell configurations.

positional arguments:
  SYSCONFIG   system configuration file
  CELLCONFIG  cell configuration file

options:
  -h, --help  show this help message and exit
`;
