import type { Architecture } from '../abi/scalar.ts';
import type { Macro } from '../source/macro.ts';

/** What gcc 12 defines on every target, as far as configs and headers ask for it (`gcc -dM -E`). */
const everywhere = `
#define __STDC__ 1
#define __STDC_VERSION__ 201710L
#define __STDC_HOSTED__ 1
#define __GNUC__ 12
#define __GNUC_MINOR__ 2
#define __GNUC_PATCHLEVEL__ 0
#define __GNUC_STDC_INLINE__ 1
#define __VERSION__ "12.2.0"
#define __ELF__ 1
#define __linux__ 1
#define __linux 1
#define linux 1
#define __unix__ 1
#define __unix 1
#define unix 1
#define __gnu_linux__ 1
#define __CHAR_BIT__ 8
#define __SCHAR_MAX__ 0x7f
#define __SHRT_MAX__ 0x7fff
#define __INT_MAX__ 0x7fffffff
#define __LONG_LONG_MAX__ 0x7fffffffffffffffLL
#define __SIZEOF_SHORT__ 2
#define __SIZEOF_INT__ 4
#define __SIZEOF_LONG_LONG__ 8
#define __ORDER_LITTLE_ENDIAN__ 1234
#define __ORDER_BIG_ENDIAN__ 4321
#define __ORDER_PDP_ENDIAN__ 3412
#define __BYTE_ORDER__ __ORDER_LITTLE_ENDIAN__
#define __UINT8_TYPE__ unsigned char
#define __INT8_TYPE__ signed char
#define __UINT16_TYPE__ short unsigned int
#define __INT16_TYPE__ short int
#define __UINT32_TYPE__ unsigned int
#define __INT32_TYPE__ int
#define __DATE__ "??? ?? ????"
#define __TIME__ "??:??:??"
`;

const wide = `
#define __LP64__ 1
#define _LP64 1
#define __SIZEOF_LONG__ 8
#define __SIZEOF_POINTER__ 8
#define __SIZEOF_SIZE_T__ 8
#define __LONG_MAX__ 0x7fffffffffffffffL
#define __SIZE_TYPE__ long unsigned int
#define __PTRDIFF_TYPE__ long int
#define __UINTPTR_TYPE__ long unsigned int
#define __INTPTR_TYPE__ long int
#define __UINT64_TYPE__ long unsigned int
#define __INT64_TYPE__ long int
#define __SIZEOF_INT128__ 16
`;

const narrow = `
#define __SIZEOF_LONG__ 4
#define __SIZEOF_POINTER__ 4
#define __SIZEOF_SIZE_T__ 4
#define __LONG_MAX__ 0x7fffffffL
#define __SIZE_TYPE__ unsigned int
#define __PTRDIFF_TYPE__ int
#define __UINTPTR_TYPE__ unsigned int
#define __INTPTR_TYPE__ int
#define __UINT64_TYPE__ long long unsigned int
#define __INT64_TYPE__ long long int
`;

const byArchitecture: Readonly<Record<Architecture, string>> = {
  arm64: `${wide}#define __aarch64__ 1\n#define __ARM_64BIT_STATE 1\n#define __AARCH64EL__ 1\n#define __ARM_ARCH 8\n#define __CHAR_UNSIGNED__ 1\n`,
  arm: `${narrow}#define __arm__ 1\n#define __ARM_32BIT_STATE 1\n#define __ARMEL__ 1\n#define __ARM_EABI__ 1\n#define __ARM_ARCH 7\n#define __CHAR_UNSIGNED__ 1\n`,
  x86: `${wide}#define __x86_64__ 1\n#define __x86_64 1\n#define __amd64__ 1\n#define __amd64 1\n`,
};

/** Jailhouse's own build flags (the reference compile in docs/architecture.md). */
const build = '#define __KERNEL__ 1\n#define __LINUX_COMPILER_TYPES_H 1\n';

/** Text of `#define` lines that stand before the first line of every config. */
export function predefinedText(arch: Architecture): string {
  return everywhere + byArchitecture[arch] + build;
}

/** The macros that mean something else at each use. */
export const dynamicMacros: ReadonlyMap<string, Macro> = new Map(
  (
    [
      ['__LINE__', 'line'],
      ['__FILE__', 'file'],
      ['__COUNTER__', 'counter'],
      ['__INCLUDE_LEVEL__', 'level'],
    ] as const
  ).map(([name, dynamic]) => [name, { name, parameters: undefined, variadic: false, body: [], definition: undefined, dynamic }]),
);
