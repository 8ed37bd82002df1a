import type { ByteText } from '../byte-text.ts';
import { allows } from '../files/file-system.ts';
import type { Inode } from '../files/inode.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';

/** A mistake in an expression: its message. */
export class TestError extends Error {}

const unary = '-b -c -d -e -f -g -h -k -L -n -p -r -s -S -t -u -w -x -z'.split(' ');
const binary = '= == != < > -eq -ne -lt -le -gt -ge -nt -ot -ef'.split(' ');

/** `test` and `[`. Throws TestError. */
export function testExpression(process: Process, args: readonly ByteText[]): boolean {
  const evaluation = new TestEvaluation(process, args);
  return evaluation.all();
}

class TestEvaluation {
  private at = 0;

  constructor(
    private readonly process: Process,
    private readonly args: readonly ByteText[],
  ) {}

  all(): boolean {
    const { args } = this;
    // POSIX decides by the number of arguments, so that operands may look like operators.
    if (args.length === 0) return false;
    if (args.length === 1) return args[0] !== '';
    if (args.length === 2) {
      const [first = '', second = ''] = args;
      if (first === '!') return second === '';
      if (unary.includes(first)) return this.file(first, second);
      throw new TestError(`${first}: unexpected operator`);
    }
    if (args.length === 3) {
      const [left = '', operator = '', right = ''] = args;
      if (binary.includes(operator)) return this.compare(left, operator, right);
    }
    if (args.length === 4 && args[0] === '!') {
      return !new TestEvaluation(this.process, args.slice(1)).all();
    }
    const value = this.or();
    if (this.at < args.length) throw new TestError(`${args[this.at]}: unexpected operator`);
    return value;
  }

  private or(): boolean {
    let value = this.and();
    while (this.args[this.at] === '-o') {
      this.at += 1;
      const right = this.and();
      value = value || right;
    }
    return value;
  }

  private and(): boolean {
    let value = this.not();
    while (this.args[this.at] === '-a') {
      this.at += 1;
      const right = this.not();
      value = value && right;
    }
    return value;
  }

  private not(): boolean {
    if (this.args[this.at] === '!' && this.at + 1 < this.args.length) {
      this.at += 1;
      return !this.not();
    }
    return this.primary();
  }

  private primary(): boolean {
    const first = this.args[this.at];
    if (first === undefined) throw new TestError('argument expected');
    const operator = this.args[this.at + 1];
    const right = this.args[this.at + 2];
    if (operator !== undefined && right !== undefined && binary.includes(operator)) {
      this.at += 3;
      return this.compare(first, operator, right);
    }
    if (first === '(') {
      this.at += 1;
      const value = this.or();
      if (this.args[this.at] !== ')') throw new TestError('closing paren expected');
      this.at += 1;
      return value;
    }
    if (unary.includes(first) && operator !== undefined) {
      this.at += 2;
      return this.file(first, operator);
    }
    this.at += 1;
    return first !== '';
  }

  private compare(left: ByteText, operator: string, right: ByteText): boolean {
    switch (operator) {
      case '=':
      case '==':
        return left === right;
      case '!=':
        return left !== right;
      case '<':
        return left < right;
      case '>':
        return left > right;
      case '-nt':
      case '-ot':
      case '-ef': {
        const [a, b] = [this.inode(left, true), this.inode(right, true)];
        if (operator === '-ef') return a !== undefined && a === b;
        const [newer, older] = operator === '-nt' ? [a, b] : [b, a];
        return newer !== undefined && (older === undefined || newer.modified > older.modified);
      }
    }
    const [a, b] = [number(left), number(right)];
    switch (operator) {
      case '-eq':
        return a === b;
      case '-ne':
        return a !== b;
      case '-lt':
        return a < b;
      case '-le':
        return a <= b;
      case '-gt':
        return a > b;
      default:
        return a >= b;
    }
  }

  private inode(path: ByteText, follow: boolean): Inode | undefined {
    try {
      return this.process.linux.files.find(absolute(this.process, path), this.process.actor, follow).inode;
    } catch {
      return undefined;
    }
  }

  private file(operator: string, operand: ByteText): boolean {
    if (operator === '-n') return operand !== '';
    if (operator === '-z') return operand === '';
    if (operator === '-t') return this.process.descriptors.get(Number(operand))?.isTerminal === true;
    const inode = this.inode(operand, operator !== '-h' && operator !== '-L');
    if (inode === undefined) return false;
    switch (operator) {
      case '-e':
        return true;
      case '-f':
        return inode.kind === 'file' || inode.kind === 'generated';
      case '-d':
        return inode.kind === 'directory';
      case '-h':
      case '-L':
        return inode.kind === 'link';
      case '-c':
        return inode.kind === 'device';
      case '-s':
        return (
          inode.kind === 'directory' || (inode.kind === 'file' && inode.size > 0) || (inode.kind === 'generated' && inode.statedSize > 0)
        );
      case '-r':
        return allows(inode, this.process.actor, 4);
      case '-w':
        return allows(inode, this.process.actor, 2);
      case '-x':
        return allows(inode, this.process.actor, 1);
      case '-u':
        return (inode.mode & 0o4000) !== 0;
      case '-g':
        return (inode.mode & 0o2000) !== 0;
      case '-k':
        return (inode.mode & 0o1000) !== 0;
      default:
        return false;
    }
  }
}

function number(text: ByteText): bigint {
  if (!/^\s*[-+]?[0-9]+\s*$/.test(text)) throw new TestError(`Illegal number: ${text}`);
  return BigInt(text.trim().replace(/^\+/, ''));
}
