/** Texts that are large, deep or endless on purpose, made from a sound bare-metal cell config. */
export function monsters(cell: string): readonly (readonly [name: string, text: () => string])[] {
  const withLine = (line: string): string => cell.replace('.name = "rpi4-inmate-demo",', `.name = "x", ${line}`);
  const before = (text: string): string => cell.replace('struct {', `${text}\nstruct {`);
  const region = (i: number): string =>
    `{ .phys_start = 0x${(i * 0x10000).toString(16)}, .virt_start = 0x${(i * 0x10000).toString(16)}, .size = 0x1000, .flags = JAILHOUSE_MEM_READ },`;
  const manyRegions = (count: number): string =>
    cell
      .replace('mem_regions[8]', `mem_regions[${count}]`)
      .replace(
        /\.mem_regions = \{[\s\S]*?\n\t\},/,
        `.mem_regions = {\n${Array.from({ length: count }, (_, i) => region(i)).join('\n')}\n\t},`,
      );

  return [
    ['nothing', () => ''],
    ['one NUL byte', () => '\0'],
    ['NUL bytes inside', () => cell.replaceAll('0x1000', '0x10\u000000')],
    ['a byte order mark', () => `\ufeff${cell}`],
    ['CRLF line ends', () => cell.replaceAll('\n', '\r\n')],
    ['CR line ends', () => cell.replaceAll('\n', '\r')],
    ['5 MB of comment', () => `/*${' comment'.repeat(650_000)}*/\n${cell}`],
    ['5 MB without one line break', () => `int x[] = { ${'1, '.repeat(1_700_000)} };`],
    ['5 MB of opening braces', () => `${cell.slice(0, 1000)}${'{'.repeat(5_000_000)}`],
    ['5 MB of one string', () => withLine(`.name = "${'x'.repeat(5_000_000)}",`)],
    ['5 MB of line breaks', () => `${'\n'.repeat(5_000_000)}${cell}`],
    ['5 MB of backslashes at line ends', () => `// ${'\\\n'.repeat(2_500_000)}\n${cell}`],
    ['10,000 regions', () => manyRegions(10_000)],
    ['10,000 regions at one place', () => manyRegions(10_000).replace(/_start = 0x[0-9a-f]+/g, '_start = 0x1000')],
    [
      '10,000 pci devices',
      () =>
        cell.replace('pci_devices[1]', 'pci_devices[10000]').replace('.pci_devices = {', '.pci_devices = { [0 ... 9999] = { .type = 3 },'),
    ],
    ['a macro of itself', () => before('#define X X X\n#define Y Y(Y)\nint x = X; int y = Y(Y(Y));')],
    ['macros of each other', () => before('#define A B A\n#define B A B\nint x = A;')],
    [
      'a thousand macros in a chain',
      () => before(`${Array.from({ length: 1000 }, (_, i) => `#define M${i} (M${i + 1} + 1)`).join('\n')}\n#define M1000 1\nint x = M0;`),
    ],
    [
      'a billion laughs',
      () => before(`#define L0 1 +\n${Array.from({ length: 40 }, (_, i) => `#define L${i + 1} L${i} L${i}`).join('\n')}\nint x = L40 1;`),
    ],
    [
      'a billion laughs with arguments',
      () =>
        before(
          `#define L0(x) x x\n${Array.from({ length: 40 }, (_, i) => `#define L${i + 1}(x) L${i}(x x)`).join('\n')}\nint x = L40(+1);`,
        ),
    ],
    [
      'a billion laughs in #if',
      () =>
        before(`#define L0 1 +\n${Array.from({ length: 40 }, (_, i) => `#define L${i + 1} L${i} L${i}`).join('\n')}\n#if L40 1\n#endif`),
    ],
    [
      'a billion laughs in a string',
      () =>
        before(
          `#define S(x) T(x)\n#define T(x) #x\n#define L0 ab\n${Array.from({ length: 40 }, (_, i) => `#define L${i + 1} L${i} L${i}`).join('\n')}\nchar x[] = S(L40);`,
        ),
    ],
    [
      'a macro that doubles its pasted argument',
      () =>
        before(
          `#define P0(x) x##x\n${Array.from({ length: 40 }, (_, i) => `#define P${i + 1}(x) P${i}(x##x)`).join('\n')}\nint x = P40(1);`,
        ),
    ],
    [
      'a macro that makes strings of strings',
      () =>
        before(
          `#define Q0(x) #x\n${Array.from({ length: 40 }, (_, i) => `#define Q${i + 1}(x) Q${i}(#x)`).join('\n')}\nchar x[] = Q40("");`,
        ),
    ],
    ['10,000 nested macro calls', () => before(`#define F(x) (x)\nint x = ${'F('.repeat(10_000)}1${')'.repeat(10_000)};`)],
    ['a macro call of a million arguments', () => before(`#define F(...) 1\nint x = F(${'1,'.repeat(1_000_000)}1);`)],
    ['an include of itself', () => before('#include __FILE__')],
    ['100,000 parentheses', () => withLine(`.id = ${'('.repeat(100_000)}1${')'.repeat(100_000)},`)],
    ['100,000 minus signs', () => withLine(`.id = ${'- '.repeat(100_000)}1,`)],
    ['100,000 casts', () => withLine(`.id = ${'(int)'.repeat(100_000)}1,`)],
    ['100,000 ternaries', () => withLine(`.id = ${'1 ? '.repeat(100_000)}1${' : 0'.repeat(100_000)},`)],
    ['100,000 ternaries the other way', () => withLine(`.id = ${'0 ? 1 : '.repeat(100_000)}1,`)],
    ['100,000 additions', () => withLine(`.id = ${'1 + '.repeat(100_000)}1,`)],
    ['100,000 sizeof', () => withLine(`.id = ${'sizeof '.repeat(100_000)}1,`)],
    ['100,000 braces', () => withLine(`.id = ${'{'.repeat(100_000)}1${'}'.repeat(100_000)},`)],
    ['100,000 open braces', () => withLine(`.id = ${'{'.repeat(100_000)}`)],
    ['100,000 nested structs', () => before(`${'struct { '.repeat(100_000)}int x;${' };'.repeat(100_000)}`)],
    ['100,000 pointers', () => before(`int ${'*'.repeat(100_000)}x;`)],
    ['100,000 pointers with a struct for a value', () => before(`int ${'*'.repeat(100_000)}x = { { 1 }, .y = 2 };`)],
    ['100,000 dimensions', () => before(`char x${'[1]'.repeat(100_000)} = { 0 };`)],
    ['100,000 designators', () => withLine(`${'.console'.repeat(100_000)} = 1,`)],
    ['100,000 parenthesised declarators', () => before(`int ${'('.repeat(100_000)}x${')'.repeat(100_000)};`)],
    ['20,000 nested #if', () => before(`${'#if 1\n'.repeat(20_000)}${'#endif\n'.repeat(20_000)}`)],
    ['20,000 open #if', () => before('#if 1\n'.repeat(20_000))],
    ['20,000 parentheses in #if', () => before(`#if ${'('.repeat(20_000)}1${')'.repeat(20_000)}\n#endif`)],
    ['20,000 exclamation marks in #if', () => before(`#if ${'!'.repeat(20_000)}1\n#endif`)],
    ['20,000 #elif', () => before(`#if 0\n${'#elif 0\n'.repeat(20_000)}#endif`)],
    ['a range of 2^32', () => cell.replace('.mem_regions = {', '.mem_regions = { [0 ... 4294967295] = { 0 },')],
    ['a range of 2^32 in an array of unknown length', () => before('char x[] = { [0 ... 4294967295] = 1 };')],
    ['a range over all of a large array', () => before('char x[1000000000] = { [0 ... 999999999] = 1 };')],
    ['ranges of ranges', () => before('char x[1000][1000][1000] = { [0 ... 999][0 ... 999][0 ... 999] = 1 };')],
    ['an array of a terabyte', () => cell.replace('cpus[1]', 'cpus[1ULL << 40]')],
    ['an array of 2^64 bytes', () => cell.replace('cpus[1]', 'cpus[1ULL << 61]')],
    ['an array of negative size', () => cell.replace('cpus[1]', 'cpus[-1]')],
    ['an array of 2^31 empty structs', () => before('struct { struct { } x[2147483647]; } y = { .x = { [0 ... 2147483646] = { } } };')],
    ['a struct of large arrays', () => before('struct { char x[1 << 30][1 << 20]; } y = { .x[5][5] = 1 };')],
    ['a bit-field of 2^40 bits', () => before('struct { int x : 1LL << 40; } y = { 1 };')],
    ['an alignment of 2^60', () => before('struct { int x; } __attribute__((aligned(1ULL << 60))) y = { 1 };')],
    ['an alignment that is no power of two', () => before('struct { int x; } __attribute__((aligned(3))) y = { 1 };')],
    ['a negative alignment', () => before('struct { int x __attribute__((aligned(-4))); } y = { 1 };')],
    ['a shift by 2^62', () => withLine('.id = 1 << (1LL << 62), .flags = 1ULL >> (1ULL << 63),')],
    ['a number of 100,000 digits', () => withLine(`.id = ${'9'.repeat(100_000)},`)],
    ['a binary number of 100,000 digits', () => withLine(`.id = 0b${'1'.repeat(100_000)},`)],
    ['a product of large numbers', () => withLine(`.id = ${'0xffffffffffffffff * '.repeat(10_000)}1,`)],
    ['an identifier of a megabyte', () => withLine(`.${'x'.repeat(1_000_000)} = 1,`)],
    ['an unknown constant of a megabyte', () => withLine(`.id = ${'X'.repeat(1_000_000)},`)],
    ['20,000 unknown fields', () => withLine(Array.from({ length: 20_000 }, (_, i) => `.nothing${i} = 1,`).join('\n'))],
    ['20,000 objects', () => before(Array.from({ length: 20_000 }, (_, i) => `int x${i} = ${i};`).join('\n'))],
    ['20,000 configs', () => cell + cell.slice(cell.indexOf('struct {')).repeat(2000)],
    ['20,000 enumerators', () => before(`enum { ${Array.from({ length: 20_000 }, (_, i) => `E${i}`).join(', ')} };`)],
    [
      '20,000 macros with 50 parameters',
      () =>
        before(
          Array.from({ length: 2000 }, (_, i) => `#define M${i}(${Array.from({ length: 50 }, (_, k) => `p${k}`).join(', ')}) p0`).join(
            '\n',
          ),
        ),
    ],
    ['no string end', () => withLine('.name = "abc')],
    ['no comment end', () => `${cell}/* and so on`],
    ['a raw string without an end', () => before('char x[] = R"delimiter(text')],
    ['a macro call without an end', () => before('#define F(x) x\nint x = F(1')],
    ['a backslash at the end', () => `${cell}\\`],
    ['a lone surrogate', () => withLine('.name = "\ud800",')],
    ['right-to-left text', () => withLine('.name = "\u202e\u2066abc\u2069",')],
    ['line numbers that lie', () => before('#line 4294967295 "elsewhere.c"\n# 7 "nowhere.c" 1 3 4')],
    ['prototype pollution', () => withLine('.__proto__ = 1, .constructor = 2, .id = __proto__ + constructor + toString,')],
    [
      'macros called like object properties',
      () =>
        before(
          '#define constructor 1\n#define __proto__ 2\n#define hasOwnProperty(x) x\nint x = constructor + __proto__ + hasOwnProperty(3);',
        ),
    ],
    ['a typedef of itself', () => before('typedef x x; struct s { struct s s; } y = { 1 };')],
    ['a struct that contains itself through an array', () => before('struct s { struct s s[2]; int i; }; struct s y = { 1 };')],
    ['sizeof itself in its own dimension', () => cell.replace('cpus[1]', 'cpus[sizeof(config)]')],
    ['typeof in a circle', () => before('__typeof__(x) x = sizeof(x);')],
  ];
}
