import type { DiagnosticText } from '../source/diagnostic-text.ts';

const notBuilt = 'The compiler refuses the file, so there is no .cell to load.';
const built = 'The compiler warns at most and builds the .cell; the board then works with another number than the one typed.';

/** Everything that is said while a file is read, before any rule sees it. */
export const frontEndDiagnostics: readonly DiagnosticText[] = [
  {
    id: 'c-syntax',
    title: 'Text that C cannot read',
    severity: 'error',
    prose: {
      meaning: 'A bracket, comma, semicolon or value is missing or misplaced, or a literal is malformed.',
      onTheBoard: `${notBuilt} While the text is half typed, the last readable state of the config stays in use.`,
      remedy: 'Mend the text at the place shown. A missing bracket is reported at its partner.',
    },
    bad: '.size = 0x1000\n.flags = JAILHOUSE_MEM_READ,',
    good: '.size = 0x1000,\n.flags = JAILHOUSE_MEM_READ,',
  },
  {
    id: 'c-preprocessor',
    title: 'Directive that cannot be carried out',
    severity: 'error',
    prose: {
      meaning: 'A directive is unknown or incomplete, its condition cannot be computed, or #if, #else and #endif do not match.',
      onTheBoard: notBuilt,
      remedy: 'Mend the directive; each #if needs one #endif in the same file.',
    },
    bad: '#ifdef',
    good: '#ifdef CONFIG_LARGE',
  },
  {
    id: 'c-include',
    title: 'Include not found, or included in a circle',
    severity: 'error',
    prose: {
      meaning: 'The file named by #include lies in no search path, or includes itself without end.',
      onTheBoard: notBuilt,
      remedy:
        'Name the folder with -I, "includePaths" in jailhouse.json or the setting jailhouseCells.includePaths; guard headers with #ifndef.',
    },
    bad: '#include <jailhouse/cell_config.h>',
    good: '#include <jailhouse/cell-config.h>',
  },
  {
    id: 'c-error-directive',
    title: '#error, #warning or a failed static assertion',
    severity: 'error',
    prose: {
      meaning: 'The source itself says that something is not as it should be.',
      onTheBoard: notBuilt,
      remedy: 'Do what the message asks for.',
    },
    bad: '#error "choose a board"',
    good: '#define BOARD_RPI4',
  },
  {
    id: 'c-macro-arguments',
    title: 'Macro called with the wrong arguments',
    severity: 'error',
    prose: {
      meaning: 'A function-like macro gets more or fewer arguments than it has parameters, or its call is not closed.',
      onTheBoard: notBuilt,
      remedy: 'Give each parameter its argument. JAILHOUSE_SHMEM_NET_REGIONS takes the start address and the peer id.',
    },
    bad: 'JAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000),',
    good: 'JAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000, 0),',
  },
  {
    id: 'c-macro-redefined',
    title: 'Macro defined again with another meaning',
    severity: 'warning',
    prose: {
      meaning: 'The same name is defined twice, with different text. From the second definition on the new one counts.',
      onTheBoard: built,
      remedy: 'Choose another name, or #undef the first definition.',
    },
    bad: '#define RAM_BASE 0x10000000\n#define RAM_BASE 0x20000000',
    good: '#define RAM_BASE 0x20000000',
  },
  {
    id: 'c-limit',
    title: 'Too large or too deep to be a config',
    severity: 'error',
    prose: {
      meaning:
        'Macros expand without end, brackets are nested hundreds deep, or an array is far beyond the 64 KiB that the hypervisor takes.',
      onTheBoard: 'Nothing is built from such a file here.',
      remedy: 'Look for a macro that repeats itself or an array length with a digit too many.',
    },
    bad: 'struct jailhouse_memory mem_regions[1 << 30];',
    good: 'struct jailhouse_memory mem_regions[14];',
  },
  {
    id: 'c-unknown-field',
    title: 'Member that the struct does not have',
    severity: 'error',
    prose: {
      meaning: 'A designator names a member that the header in use does not define: misspelled, or of another config revision.',
      onTheBoard: notBuilt,
      remedy: 'Correct the name. If it belongs to another revision, check which headers are in use (the status item shows them).',
    },
    bad: '.phys_strat = 0x10000000,',
    good: '.phys_start = 0x10000000,',
  },
  {
    id: 'c-undeclared',
    title: 'Name or type that is not defined',
    severity: 'error',
    prose: {
      meaning: 'A name is neither a macro nor an enumerator nor a type here.',
      onTheBoard: notBuilt,
      remedy: 'Check the spelling, and that <jailhouse/types.h> and <jailhouse/cell-config.h> are included.',
    },
    bad: '.flags = JAILHOUSE_MEM_RAED,',
    good: '.flags = JAILHOUSE_MEM_READ,',
  },
  {
    id: 'c-type',
    title: 'Value or index that does not fit the type',
    severity: 'error',
    prose: {
      meaning:
        'An array index is out of range, braces are missing around a struct, a size is not known, or an operator meets a type that it cannot work on.',
      onTheBoard: notBuilt,
      remedy: 'Bring value and declaration together; enlarge the array if the index is meant.',
    },
    bad: '.irqchips = { [2] = { .pin_base = 288 } },  /* irqchips[2] */',
    good: '.irqchips = { [1] = { .pin_base = 160 } },',
  },
  {
    id: 'c-redefinition',
    title: 'Object defined twice',
    severity: 'error',
    prose: { meaning: 'Two definitions of one name have initialisers.', onTheBoard: notBuilt, remedy: 'Keep one of them.' },
    bad: '} config = { … };\nstruct … config = { … };',
    good: '} config = { … };',
  },
  {
    id: 'c-not-constant',
    title: 'Value that is not constant',
    severity: 'error',
    prose: {
      meaning: 'An initialiser of a config must be computable by the compiler: numbers, macros, enumerators, sizeof.',
      onTheBoard: notBuilt,
      remedy: 'Use a macro or an enumerator instead of a variable or a function.',
    },
    bad: 'unsigned long base = 0x10000000;\n… .phys_start = base,',
    good: '#define BASE 0x10000000\n… .phys_start = BASE,',
  },
  {
    id: 'c-division-by-zero',
    title: 'Division by zero',
    severity: 'error',
    prose: { meaning: 'The right side of / or % is 0.', onTheBoard: notBuilt, remedy: 'Mend the divisor.' },
    bad: '.num_memory_regions = sizeof(config.mem_regions) / 0,',
    good: '.num_memory_regions = ARRAY_SIZE(config.mem_regions),',
  },
  {
    id: 'c-value-overflow',
    title: 'Value that does not fit its place',
    severity: 'warning',
    prose: {
      meaning: 'A number has more bits than the member that takes it, or a computation overflows its type. The upper bits are lost.',
      onTheBoard: built,
      remedy: 'Correct the number. In a computation add a suffix (1ULL << 33) so that it is done in 64 bits.',
    },
    bad: '.bdf = 0x10000,',
    good: '.bdf = 0x0100,',
  },
  {
    id: 'c-shift',
    title: 'Shift by too many bits',
    severity: 'error',
    prose: {
      meaning:
        'The shift count is negative, which the compiler refuses, or not below the width of the shifted type (32 bits for plain numbers), of which it warns.',
      onTheBoard: 'The result is undefined by C; gcc gives 0 here. An interrupt pin or an address bit is missing on the board.',
      remedy: 'Subtract the base of the bitmap word, or shift a 64-bit number: 1ULL << 40.',
    },
    bad: '.pin_bitmap = { 1 << (125 - 32) },',
    good: '.pin_bitmap = { 0, 0, 1 << (125 - 96) },',
  },
  {
    id: 'c-excess-elements',
    title: 'More values than places',
    severity: 'warning',
    prose: {
      meaning: 'An initialiser has more values than the array or struct has places. The compiler drops the rest.',
      onTheBoard: 'The dropped memory region, interrupt chip or device does not exist for the hypervisor: the first access fails.',
      remedy: 'Enlarge the array, or take the value away.',
    },
    bad: 'struct jailhouse_irqchip irqchips[1];\n… .irqchips = { { … }, { … } },',
    good: 'struct jailhouse_irqchip irqchips[2];\n… .irqchips = { { … }, { … } },',
  },
  {
    id: 'c-string-too-long',
    title: 'String longer than its array',
    severity: 'warning',
    prose: {
      meaning: 'A string has more characters than the array that takes it.',
      onTheBoard: 'The name is cut off; two cells may end up with the same name.',
      remedy: 'Shorten it: a cell name has at most 31 characters.',
    },
    bad: '.name = "a-name-of-more-than-thirty-two-characters",',
    good: '.name = "linux-demo",',
  },
  {
    id: 'c-no-config',
    title: 'No config in this file',
    severity: 'error',
    prose: {
      meaning: 'No object in the file begins with struct jailhouse_system or struct jailhouse_cell_desc, or the file cannot be read.',
      onTheBoard: 'There is nothing to load.',
      remedy: 'Define one object: header first, then the arrays, packed.',
    },
    bad: 'struct jailhouse_memory regions[] = { … };',
    good: 'struct {\n\tstruct jailhouse_cell_desc cell;\n\t__u64 cpus[1];\n} __attribute__((packed)) config = { … };',
  },
  {
    id: 'c-binary',
    title: '.cell file that cannot be read for certain',
    severity: 'error',
    prose: {
      meaning:
        'The file is no config, is cut off, is of a revision that is not known, or (as information) of a revision that had several layouts.',
      onTheBoard: 'The driver refuses what it does not know: "Not a system configuration", "Configuration revision mismatch".',
      remedy: 'Build the file again from its source with the headers of the target.',
    },
    bad: 'show old.cell   (revision 9)',
    good: 'show new.cell   (revision 14)',
  },
  {
    id: 'project-file',
    title: 'Mistake in jailhouse.json',
    severity: 'error',
    prose: {
      meaning: 'jailhouse.json is no valid JSON, a value has the wrong form, or a config that it names does not exist.',
      onTheBoard: 'Nothing: the part in question is left out of all checks.',
      remedy: 'Mend the value; the editor completes and checks the file by its schema.',
    },
    bad: '{ "systems": { "rpi4": { "cells": [] } } }',
    good: '{ "systems": { "rpi4": { "rootCell": "rpi4.c", "cells": [] } } }',
  },
];
