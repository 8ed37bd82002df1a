import { fromBytes } from '../byte-text.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print } from '../kernel/streams.ts';
import { userName } from '../programs/file-status.ts';
import { FileError } from '../target.ts';
import { ArithmeticError } from './arithmetic.ts';
import { ExpansionError } from './expansion.ts';
import { ExitJump, LoopJump, ReturnJump } from './jumps.ts';
import { Parser } from './parser.ts';
import { Shell } from './shell.ts';
import { ShellSyntaxError } from './syntax.ts';

/** A shell that asks for commands until its input ends. There is no job control. */
export async function interact(process: Process): Promise<number> {
  const shell = new Shell(process, 'sh');
  shell.mainPid = process.pid;
  shell.interactive = true;
  process.handled.add('INT');
  const { hostname } = process.linux.options;
  return shell.atExit(async () => {
    let text = '';
    for (;;) {
      const home = shell.variables.get('HOME') ?? '/';
      const folder = process.cwd === home ? '~' : process.cwd.startsWith(`${home}/`) ? `~${process.cwd.slice(home.length)}` : process.cwd;
      await print(
        process,
        text === '' ? `${userName(process, process.actor.uid)}@${hostname}:${folder}${process.actor.uid === 0 ? '#' : '$'} ` : '> ',
      );
      const read = process.descriptor(0).read(65536, process);
      const line = await process.wait(Promise.race([read, process.arrival.next().then((): 'signal' => 'signal')]));
      process.arrived.length = 0;
      if (line === 'signal') {
        text = '';
        continue;
      }
      if (line === undefined) {
        await print(process, 'exit\n');
        return shell.status;
      }
      text += fromBytes(line);
      try {
        const parser = new Parser(text);
        const lists = [];
        for (let list = parser.next(); list !== undefined; list = parser.next()) lists.push(list);
        text = '';
        for (const list of lists) await shell.list(list);
      } catch (error) {
        if (error instanceof ShellSyntaxError && error.unfinished) continue;
        text = '';
        if (error instanceof ExitJump) return error.status;
        if (error instanceof LoopJump || error instanceof ReturnJump) continue;
        if (error instanceof ShellSyntaxError || error instanceof ExpansionError || error instanceof ArithmeticError) {
          await complain(process, `sh: ${error.message}`);
          shell.status = 2;
        } else if (error instanceof FileError) await complain(process, `sh: ${error.message}`);
        else throw error;
      }
    }
  });
}
