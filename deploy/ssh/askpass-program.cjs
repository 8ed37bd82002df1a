'use strict';
/**
 * What ssh starts to ask for a password, a passphrase, or whether a host key is right (SSH_ASKPASS). It hands the question to the process that started
 * ssh, over a private socket, and prints the answer for ssh. Plain JavaScript without a module of ours: askpass.ts is the other end.
 */
const net = require('node:net');

const socket = net.connect(process.env.JHC_ASKPASS_SOCKET ?? '');
let answer = '';
socket.setEncoding('utf8');
socket.on('connect', () => {
  const question = { token: process.env.JHC_ASKPASS_TOKEN, text: process.argv[2] ?? '', hint: process.env.SSH_ASKPASS_PROMPT };
  socket.write(`${JSON.stringify(question)}\n`);
});
socket.on('data', (text) => {
  answer += text;
});
socket.on('error', () => process.exit(1));
socket.on('end', () => {
  let message;
  try {
    message = JSON.parse(answer);
  } catch {
    message = undefined;
  }
  if (typeof message?.answer !== 'string') process.exit(1);
  process.stdout.write(`${message.answer}\n`, () => process.exit(0));
});
