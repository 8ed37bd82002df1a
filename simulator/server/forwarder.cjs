'use strict';
/**
 * What sshd starts for each session (ForceCommand): carries stdin, stdout, stderr and the exit status between sshd and the simulated
 * board. Plain JavaScript without a module of ours, because each session waits for it to start. frames.ts is the other end.
 *
 * Arguments: the path of the board's socket.
 */
const net = require('node:net');

const frame = { hello: 1, stdin: 2, stdinEnd: 3, lost: 4, stdout: 5, stderr: 6, exit: 7, consumed: 8 };
/** Bytes of stdin that may be under way: the board says when it has used them. */
const ahead = 4 << 20;

const terminal = process.env.SSH_TTY !== undefined;
const board = net.connect(process.argv[2] ?? '');
let underWay = 0;
/** `leaving`: the exit status is known, output is flushed. `lost`: nobody reads any more. @type {'open' | 'leaving' | 'lost'} */
let state = 'open';

/** @param {number} type @param {Uint8Array} [bytes] */
function send(type, bytes = Buffer.alloc(0)) {
  const head = Buffer.allocUnsafe(5);
  head[0] = type;
  head.writeUInt32BE(bytes.length, 1);
  board.cork();
  board.write(head);
  if (bytes.length > 0) board.write(bytes);
  board.uncork();
}

/** @param {number} status */
function leave(status) {
  if (state !== 'open') return;
  state = 'leaving';
  stdin.pause();
  // The streams are flushed before the process ends: sshd passes on what is in its pipes.
  stdout.write('', () => stderr.write('', () => process.exit(status)));
}

/** The client is gone: nobody reads what this process writes any more. */
function lost() {
  if (state === 'leaving') process.exit(255);
  if (state === 'lost') return;
  state = 'lost';
  send(frame.lost);
  board.end();
  // A board that stands still must not keep this process.
  setTimeout(() => process.exit(255), 1000);
}

/** @param {number} fd */
function output(fd) {
  const stream = terminal ? new (require('node:tty').WriteStream)(fd) : new net.Socket({ fd, readable: false, writable: true });
  stream.on('error', lost);
  stream.on('drain', () => board.resume());
  return stream;
}

const stdin = terminal
  ? new (require('node:tty').ReadStream)(0)
  : new net.Socket({ fd: 0, readable: true, writable: false, allowHalfOpen: true });
const stdout = output(1);
const stderr = output(2);
if (terminal) {
  // The simulated Linux has the line discipline.
  if (stdin.setRawMode) stdin.setRawMode(true);
} else {
  // The end of stdin may be the client's EOF or the end of the connection: only then does sshd leave its child alone.
  const sshd = process.ppid;
  setInterval(() => {
    if (process.ppid !== sshd) lost();
  }, 100);
}
process.on('SIGHUP', lost);

/** @type {Record<string, string | undefined>} */
const environment = {};
for (const [name, value] of Object.entries(process.env)) if (/^(LANG|LC_\w+|TERM)$/.test(name)) environment[name] = value;
send(
  frame.hello,
  Buffer.from(
    JSON.stringify({ command: process.env.SSH_ORIGINAL_COMMAND, terminal, environment, columns: stdout.columns, rows: stdout.rows }),
  ),
);

stdin.on('data', (/** @type {Buffer} */ bytes) => {
  if (state !== 'open') return;
  send(frame.stdin, bytes);
  underWay += bytes.length;
  if (underWay > ahead) stdin.pause();
});
stdin.on('end', () => {
  if (state !== 'open') return;
  if (terminal) lost();
  else send(frame.stdinEnd);
});
stdin.on('error', () => {
  if (terminal) lost();
});

/** @param {number} type @param {Buffer} bytes */
function take(type, bytes) {
  if (type === frame.stdout || type === frame.stderr) {
    // Node's raw mode leaves it to the terminal of this machine to put a carriage return before each line feed.
    if (terminal) bytes = Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    if (state === 'open' && !(type === frame.stdout ? stdout : stderr).write(bytes)) board.pause();
  } else if (type === frame.exit) {
    leave(bytes[0] ?? 255);
  } else if (type === frame.consumed) {
    underWay -= bytes.readUInt32BE(0);
    if (underWay <= ahead && state === 'open') stdin.resume();
  }
}

let rest = Buffer.alloc(0);
board.on('data', (/** @type {Buffer} */ bytes) => {
  let data = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
  while (data.length >= 5) {
    const length = data.readUInt32BE(1);
    if (data.length < 5 + length) break;
    take(data[0] ?? 0, data.subarray(5, 5 + length));
    data = data.subarray(5 + length);
  }
  rest = data;
});
board.on('error', (error) => {
  if (state !== 'open') return;
  state = 'leaving';
  stderr.write(`jailhouse-simulated: the simulated board does not run any more (${error.message})\n`, () => process.exit(255));
});
board.on('close', () => {
  if (state === 'lost') process.exit(255);
  leave(255);
});
