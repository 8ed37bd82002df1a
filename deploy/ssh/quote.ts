/**
 * A word for a POSIX shell that means exactly the text, whatever is in it. Backslashes stand outside of the single quotes: fish would read them
 * inside, and so the same text is right for a login shell of that kind.
 *
 * @throws RangeError when the text has a NUL character: no argument of a program can carry one. Names that come from outside are refused before
 * by `unquotable`.
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a NUL character cannot be part of a command');
  if (/^[\w@+:,./-]+$/.test(text)) return text;
  return `'${text.replace(/['\\]+/g, (all) => `'${all.replace(/['\\]/g, '\\$&')}'`)}'`;
}

/** Why a text cannot be an argument or a file name on the target; undefined when it can. */
export function unquotable(text: string): string | undefined {
  if (text.includes('\0')) return 'it has a NUL character';
  if (/[\r\n]/.test(text)) return 'it has a line break';
  if (!text.isWellFormed()) return 'it is not valid Unicode';
  return undefined;
}

export type HostCheck = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Longest name that ssh takes: NI_MAXHOST, its NUL aside. */
const longestHost = 1024;

/**
 * Whether ssh reads a text as the host, or user and host, that it looks like. Refused is what ssh, or a shell that ssh starts for ProxyCommand and
 * Match exec, would take for something else; OpenSSH 9.6 refuses the same characters itself (CVE-2023-51385).
 */
export function validHost(text: string): HostCheck {
  const no = (why: string): HostCheck => ({ ok: false, message: `The host ${JSON.stringify(text)} cannot be used: ${why}.` });
  if (text === '') return { ok: false, message: 'The host is empty: name a host of your ssh configuration, or user@host.' };
  if (text.length >= longestHost) return no(`it is longer than ${longestHost} characters`);
  if (!text.isWellFormed() || /[\p{C}\p{Z}]/u.test(text)) return no('it has spaces or characters that do not print');
  // ssh takes the last @ for the one before the host: accounts of a domain have one of their own.
  const at = text.lastIndexOf('@');
  const user = at < 0 ? undefined : text.slice(0, at);
  const host = text.slice(at + 1);
  if (host === '') return no('the host after @ is missing');
  if (user === '') return no('the user before @ is missing');
  if (host.startsWith('-') || user?.startsWith('-')) return no('ssh would take the leading dash for an option');
  if (/^ssh:\/\//i.test(text)) return no('write user@host, and the port on its own');
  if (text.includes('%'))
    return no('ssh would expand the %; write the address as HostName of a host in your ssh configuration and name that host');
  const special = /['"`$\\;&<>|(){}!*?#,/[\]]/.exec(host) ?? /['"`$;&<>|(){}/]/.exec(user ?? '') ?? /\\$/.exec(user ?? '');
  if (special !== null) return no(`${special[0]} has a meaning of its own to ssh or to a shell`);
  return { ok: true };
}

/** Whether `port` is one of TCP. */
export function validPort(port: number): HostCheck {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return { ok: true };
  return { ok: false, message: `The port ${port} cannot be used: ports go from 1 to 65535.` };
}
