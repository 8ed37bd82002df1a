/**
 * The errors that the driver and the hypervisor return. Numbers: Linux, include/uapi/asm-generic/errno.h (the same on arm64,
 * arm and x86); texts: strerror of glibc and musl.
 */
const table = [
  ['EPERM', 1, 'Operation not permitted'],
  ['ENOENT', 2, 'No such file or directory'],
  ['EIO', 5, 'Input/output error', 'I/O error'],
  ['E2BIG', 7, 'Argument list too long'],
  ['EAGAIN', 11, 'Resource temporarily unavailable'],
  ['ENOMEM', 12, 'Cannot allocate memory', 'Out of memory'],
  ['EACCES', 13, 'Permission denied'],
  ['EFAULT', 14, 'Bad address'],
  ['EBUSY', 16, 'Device or resource busy', 'Resource busy'],
  ['EEXIST', 17, 'File exists'],
  ['ENODEV', 19, 'No such device'],
  ['EINVAL', 22, 'Invalid argument'],
  ['ENOTTY', 25, 'Inappropriate ioctl for device', 'Not a tty'],
  ['ENOSPC', 28, 'No space left on device'],
  ['ERANGE', 34, 'Numerical result out of range', 'Result not representable'],
  ['ENOSYS', 38, 'Function not implemented'],
  ['EOPNOTSUPP', 95, 'Operation not supported', 'Not supported'],
] as const;

export type ErrnoName = (typeof table)[number][0];

export function errnoText(name: ErrnoName): string {
  return table.find(([known]) => known === name)?.[2] ?? name;
}

export function errnoByNumber(number: number): ErrnoName | undefined {
  return table.find(([, known]) => known === Math.abs(number))?.[0];
}

/** `EINVAL`, `-EINVAL`, `Invalid argument`, `[Errno 22]`, `errno 22`, `error -22`; the text may stand inside of another. */
export function errnoIn(text: string): ErrnoName | undefined {
  const words: readonly string[] = text.toUpperCase().match(/\bE[A-Z0-9]{2,10}\b/g) ?? [];
  const named = table.find(([known]) => words.includes(known))?.[0];
  if (named !== undefined) return named;
  const lower = text.toLowerCase();
  // The longest text first: "No such device" must not hide a longer one.
  const byText = table
    .flatMap(([known, , ...texts]) => texts.map((candidate) => ({ known, candidate: candidate.toLowerCase() })))
    .sort((a, b) => b.candidate.length - a.candidate.length)
    .find(({ candidate }) => lower.includes(candidate));
  if (byText !== undefined) return byText.known;
  const number = /(?:errno|error|code)[:\s]*-?(\d{1,3})\b/i.exec(text)?.[1] ?? /^\s*-?(\d{1,3})\s*$/.exec(text)?.[1];
  return number === undefined ? undefined : errnoByNumber(Number(number));
}
