/** One fault in one config, as a compiler meets it; `//` marks nothing: gcc itself says where the fault is. */
export interface Snippet {
  readonly name: string;
  readonly source: string;
  /**
   * Where we point when it is not the line of gcc's first error: `before` for something missing, which we show behind the last
   * thing written and gcc at the next; `later` where gcc's first error lies at the end of the file and a later one at the fault.
   */
  readonly ours?: 'before' | 'later';
}

const head = '#include <jailhouse/types.h>\n#include <jailhouse/cell-config.h>\n\n';

/** A small cell config. `fields` stands in the descriptor, `regions` in mem_regions[2], `rest` behind the arrays. */
function cell(parts: { before?: string; members?: string; fields?: string; regions?: string; rest?: string; behind?: string }): string {
  return `${head}${parts.before ?? ''}
struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[2];
	${parts.members ?? ''}
} __attribute__((packed)) config = {
	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.name = "faulty",
		.cpu_set_size = sizeof(config.cpus),
		.num_memory_regions = ARRAY_SIZE(config.mem_regions),
		${parts.fields ?? ''}
	},
	.cpus = { 0x2 },
	.mem_regions = {
		{
			.phys_start = 0x1fa00000,
			.size = 0x10000,
			.flags = JAILHOUSE_MEM_READ,
		},
		${parts.regions ?? ''}
	},
	${parts.rest ?? ''}
};
${parts.behind ?? ''}`;
}

function snippet(name: string, parts: Parameters<typeof cell>[0], ours?: Snippet['ours']): Snippet {
  return { name, source: cell(parts), ...(ours && { ours }) };
}

/** What gcc refuses. */
export const refused: readonly Snippet[] = [
  snippet('unknown member of the descriptor', { fields: '.vpci_irq_bas = 150,' }),
  snippet('unknown member of a region', { regions: '{ .phys_strat = 0x1000 },' }),
  snippet('unknown member of the object', { rest: '.irqchip = { { .address = 0xff841000 } },' }),
  snippet('unknown member of a nested struct', { fields: '.console = { .adress = 0xfe215040 },' }),
  snippet('unknown member in a chained designator', { fields: '.console.adress = 0xfe215040,' }),
  snippet('unknown constant', { fields: '.flags = JAILHOUSE_CELL_PASIVE_COMMREG,' }),
  snippet('unknown constant in an expression', { regions: '{ .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WIRTE },' }),
  snippet('array index beyond the end', { regions: '[2] = { .size = 0x1000 },' }),
  snippet('negative array index', { regions: '[-1] = { .size = 0x1000 },' }),
  snippet('empty range', { regions: '[1 ... 0] = { .size = 0x1000 },' }),
  snippet('range beyond the end', { regions: '[1 ... 5] = { .size = 0x1000 },' }),
  snippet('index on a struct', { fields: '.console = { [0] = 1 },' }),
  snippet('member name in an array', { regions: '.size = 0x1000,' }),
  snippet('division by zero', { fields: '.vpci_irq_base = 150 / 0,' }),
  snippet('remainder by zero', { fields: '.vpci_irq_base = 150 % (2 - 2),' }),
  snippet('shift by a negative number', { fields: '.flags = 1 << -1,' }),
  snippet('invalid octal digit', { fields: '.id = 089,' }),
  snippet('invalid binary digit', { fields: '.id = 0b102,' }),
  snippet('hexadecimal without digits', { fields: '.id = 0x,' }),
  snippet('invalid suffix', { fields: '.id = 12abc,' }),
  snippet('letter O in a hexadecimal number', { fields: '.vpci_irq_base = 0x1fO0,' }),
  snippet('another suffix that is none', { fields: '.id = 1ULU,' }),
  snippet('empty character constant', { fields: ".id = ''," }),
  snippet('string for a number', { fields: '.id = "7",' }),
  snippet('empty braces for a number', { fields: '.id = {},' }),
  snippet('missing comma between members', { fields: '.id = 1\n\t\t.flags = 2,' }, 'before'),
  snippet('missing comma between elements', { regions: '{ .size = 0x1000 } { .size = 0x1000 },' }),
  snippet('missing operand', { fields: '.flags = JAILHOUSE_CELL_PASSIVE_COMMREG |,' }),
  snippet('missing value', { fields: '.flags = ,' }),
  snippet('semicolon in place of a comma', { fields: '.flags = 1;' }),
  snippet('missing closing parenthesis', { fields: '.flags = (1 | 2,' }),
  snippet('missing colon of a ternary', { fields: '.flags = 1 ? 2,' }),
  snippet('value of a variable', { before: 'int base = 5;', fields: '.id = base,' }),
  snippet('call of a function', { before: 'int f(void);', fields: '.id = f(),' }),
  snippet('sizeof an incomplete type', { fields: '.id = sizeof(struct nothing),' }),
  snippet('sizeof an unknown member', { fields: '.id = sizeof(config.irqchips),' }),
  snippet('member of what is no struct', { fields: '.id = sizeof(config.cpus.x),' }),
  snippet('unknown type of a member', { members: 'struct jailhouse_irqchips irqchips[1];' }),
  snippet('unknown type name', { members: 'u_32 extra;' }),
  snippet('negative dimension', { members: '__u32 extra[-1];' }),
  snippet('dimension that is no constant', { before: 'int n = 2;', members: '__u32 extra[n];' }),
  snippet('array without a length before the last member', { members: '__u32 extra[]; __u32 last;' }),
  snippet('array without a length in a union', { members: 'union { __u32 first; __u32 extra[]; };' }),
  snippet('alignment that is no power of two', { members: '__u32 extra __attribute__((aligned(3)));' }),
  snippet('struct that holds itself', { before: 'struct s { struct s s; };' }),
  snippet('duplicate member', { members: '__u64 cpus[1];' }),
  snippet('missing semicolon behind a member', { members: '__u32 extra\n\t__u32 more;' }, 'before'),
  snippet('bit-field wider than its type', { members: '__u8 extra:9;' }),
  snippet('negative bit-field', { members: '__u8 extra:-1;' }),
  snippet('bit-field of width 0 with a name', { members: '__u8 extra:0;' }),
  snippet('struct defined twice', { before: 'struct jailhouse_memory { int a; };' }),
  snippet('typedef with another type', { before: 'typedef int __u32;' }),
  snippet('enumerator defined twice', { before: 'enum { ONE, TWO, ONE };' }),
  snippet('missing semicolon behind the object', { behind: 'int another = 1 int third;' }),
  snippet('#error', { before: '#error "not for this board"' }),
  snippet('#if without #endif', { before: '#if 1' }),
  snippet('#else without #if', { before: '#else' }),
  snippet('#endif without #if', { before: '#endif' }),
  snippet('unknown directive', { before: '#defin X 1' }),
  snippet('#if with an unfinished expression', { before: '#if 1 +\n#endif' }),
  snippet('#if with a missing parenthesis', { before: '#if (1\n#endif' }),
  snippet('#if division by zero', { before: '#if 1 / 0\n#endif' }),
  snippet('#if with a string', { before: '#if "x"\n#endif' }),
  snippet('#elif behind #else', { before: '#if 1\n#else\n#elif 1\n#endif' }),
  snippet('missing header', { before: '#include <jailhouse/nothing.h>' }),
  snippet('include without a name', { before: '#include' }),
  snippet('too few macro arguments', { regions: 'JAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000),' }),
  snippet('too many macro arguments', { before: '#define R(a) { a }', regions: 'R(1, 2),' }),
  snippet('macro call without an end', { before: '#define R(a) { a }', regions: 'R(1,' }, 'later'),
  snippet('error inside a macro argument', { before: '#define R(a) { .size = (a) }', regions: 'R(0x1000 *),' }),
  snippet('## that joins what cannot be joined', { before: '#define J(a, b) a ## b', fields: '.id = J(1, +) 2,' }),
  snippet('# without a parameter', { before: '#define S(a) #b', fields: '.id = 1,' }),
  snippet('## at the end of a macro', { before: '#define J(a) a ##', fields: '.id = 1,' }),
  snippet('duplicate macro parameter', { before: '#define J(a, a) a', fields: '.id = 1,' }),
  snippet('macro parameter list without an end', { before: '#define J(a, b\n', fields: '.id = 1,' }),
  snippet('#define without a name', { before: '#define', fields: '.id = 1,' }),
  snippet('missing quote of a string', { fields: '.name = "other,' }),
  snippet('stray character', { fields: '.id = 1 @ 2,' }),
  snippet('stray closing brace', { behind: '}' }),
];

/** What gcc takes with a warning. */
export const warned: readonly Snippet[] = [
  snippet('value too large for a __u8', { fields: '.architecture = 256,' }),
  snippet('value too large for a __u16', { fields: '.revision = 0x10000,' }),
  snippet('value too large for a __u32', { fields: '.vpci_irq_base = 0x100000000,' }),
  snippet('address too large for a __u32', { fields: '.console.size = 0x600000000,' }),
  snippet('negative value beyond a __u8', { fields: '.architecture = -129,' }),
  snippet('sum too large', { fields: '.revision = 0xffff + 1,' }),
  snippet('signed overflow', { fields: '.cpu_reset_address = 0x7fffffff + 1,' }),
  snippet('signed overflow in a product', { regions: '{ .size = 4096 * 1024 * 1024 },' }),
  snippet('shift beyond the width', { regions: '{ .phys_start = 1 << 32 },' }),
  snippet('shift beyond the width in a macro argument', { before: '#define R(a) { .size = a }', regions: 'R(1 << 40),' }),
  snippet('right shift beyond the width', { fields: '.id = 1 >> 32,' }),
  snippet('too many regions', { regions: '{ .size = 0x1000 }, { .size = 0x2000 },' }),
  snippet('too many scalars', { rest: '.cpus = { 1, 2 },' }),
  snippet('too many values in a region', { regions: '{ 1, 2, 3, 4, 5 },' }),
  snippet('too many values for a scalar', { fields: '.id = { 1, 2 },' }),
  snippet('braces around one number', { fields: '.id = { 1 },' }),
  snippet('two pairs of braces around a number', { fields: '.id = { { 1 } },' }),
  snippet('string too long for the name', { fields: '.name = "a name that is longer than thirty-two characters",' }),
  snippet('string too long for the signature', { fields: '.signature = "JHCELL",' }),
  snippet('value too wide for a bit-field', {
    members: 'struct jailhouse_pci_device pci_devices[1];',
    rest: '.pci_devices = { { .msi_64bits = 2 } },',
  }),
  snippet('literal too large', { regions: '{ .size = 0x10000000000000000 },' }),
  snippet('decimal literal beyond a signed 64-bit number', { regions: '{ .size = 9223372036854775808 },' }),
  snippet('several characters in one constant', { fields: ".id = 'ab'," }),
  snippet('octal escape out of range', { fields: ".id = '\\777'," }),
  snippet('unknown escape', { fields: '.name = "a\\qb",' }),
  snippet('macro defined again with another value', { before: '#define SIZE 1\n#define SIZE 2' }),
  snippet('#warning', { before: '#warning "untested"' }),
  snippet('more behind #endif', { before: '#if 1\n#endif SIZE' }),
  snippet('a struct of two with one scalar too many', {
    before: 'struct two { __u8 a, b; };',
    members: 'struct two two;',
    rest: '.two = { 1, 2, 3 },',
  }),
];

/** What gcc takes without a word. */
export const silent: readonly Snippet[] = [
  snippet('nothing wrong', {}),
  snippet('-1 for an unsigned member', { fields: '.architecture = -1,' }),
  snippet('255 for a signed char', { members: 'signed char extra;', rest: '.extra = 255,' }),
  snippet('a string that fills its array without a NUL', { fields: '.signature = "JHCEL",' }),
  snippet('number for a struct: it goes to the first member', { members: 'struct jailhouse_irqchip irqchips[1];', rest: '.irqchips = 5,' }),
  snippet('number for an array: it goes to the first element', { rest: '.mem_regions = 5,' }),
  snippet('braces around a string', { fields: '.name = { "other" },' }),
  snippet('overriding duplicate', { fields: '.id = 1, .id = 2,' }),
  snippet('overlapping ranges', { regions: '[0 ... 1] = { .size = 0x1000 }, [1] = { .size = 0x2000 },' }),
  snippet('fewer values than elements', { rest: '.cpus = {},' }),
  snippet('all bits of an int', { regions: '{ .phys_start = 1 << 31 },' }),
  snippet('unsigned wrap-around', { fields: '.vpci_irq_base = 0u - 1,' }),
  snippet('64-bit shift', { regions: '{ .phys_start = 1ULL << 40 },' }),
  snippet('negative number shifted', { fields: '.vpci_irq_base = -1 << 4,' }),
  snippet('division by zero where nothing is computed', { fields: '.id = 1 ? 2 : 1 / 0,' }),
  snippet('unused function', { before: 'static inline int twice(int x) { return 2 * x; }' }),
  snippet('same macro defined twice', { before: '#define SIZE 1\n#define SIZE 1' }),
  snippet('unknown name in #if', { before: '#if NOT_THERE\n#error no\n#endif' }),
  snippet('trailing comma in an enum', { before: 'enum { ONE, TWO, };' }),
  snippet('old designator', { fields: 'id: 5,' }),
  snippet('empty macro argument', { before: '#define R(a) { .size = 0x1000 a }', regions: 'R(),' }),
];
