import { describe, expect, it } from 'vitest';
import { callsForServer } from '../../client/relevance.ts';

describe('callsForServer', () => {
  it.each([
    '#include <jailhouse/cell-config.h>',
    '#include <jailhouse/types.h>\n#include <jailhouse/cell-config.h>\n',
    '/* licence */\n\n  #  include <jailhouse/types.h>\r\n',
    '#include "../include/jailhouse/cell-config.h"',
    '#include "jailhouse/cell-config.h"',
    // Variants of a board include the config they vary.
    '#define VARIANT 2\n#include "board.c"\n',
  ])('is true for %j', (text) => expect(callsForServer(text)).toBe(true));

  it.each([
    '',
    'int main(void) { return 0; }',
    '#include <stdio.h>\n#include "jail.h"\n',
    '// #include <jailhouse/cell-config.h>',
    'const char *text = "#include <jailhouse/cell-config.h>";',
    '#include <linux/jailhouse.h>',
    '#include <jailhouse/\ncell-config.h>',
  ])('is false for %j', (text) => expect(callsForServer(text)).toBe(false));
});
