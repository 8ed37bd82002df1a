import { expandPattern, expandText, expandWords } from './expansion.ts';
import { LoopJump } from './jumps.ts';
import { matches } from './patterns.ts';
import type { Shell } from './shell.ts';
import type { Command, List } from './syntax.ts';

/** Commands that hold others. Each leaves its status in the shell. */
export async function runCompound(shell: Shell, command: Exclude<Command, { kind: 'simple' | 'function' }>): Promise<number> {
  switch (command.kind) {
    case 'group':
      return shell.list(command.body);
    case 'subshell':
      shell.status = await shell.process.wait(shell.fork((shell) => shell.list(command.body)).finished);
      await shell.afterFailure();
      return shell.status;
    case 'if':
      for (const { condition, body } of command.branches) if ((await statusOf(shell, condition)) === 0) return shell.list(body);
      shell.status = 0;
      return command.otherwise === undefined ? 0 : shell.list(command.otherwise);
    case 'for': {
      const words = command.words === undefined ? shell.positional : await expandWords(command.words, shell);
      shell.status = 0;
      return looped(shell, words, async (word) => {
        shell.assign(command.name, word);
        await shell.list(command.body);
      });
    }
    case 'while':
    case 'until': {
      let status = 0;
      const turns = async function* (): AsyncGenerator<undefined> {
        while (((await statusOf(shell, command.condition)) === 0) === (command.kind === 'while')) yield undefined;
      };
      await looped(shell, turns(), async () => {
        status = await shell.list(command.body);
      });
      shell.status = status;
      return status;
    }
    case 'case':
      return caseOf(shell, command);
  }
}

async function statusOf(shell: Shell, list: List): Promise<number> {
  shell.tolerated += 1;
  try {
    return await shell.list(list);
  } finally {
    shell.tolerated -= 1;
  }
}

async function looped<T>(shell: Shell, turns: Iterable<T> | AsyncIterable<T>, body: (turn: T) => Promise<void>): Promise<number> {
  shell.loops += 1;
  let turn = 0;
  try {
    for await (const each of turns) {
      // A loop of builtins alone lets the others go on, too.
      turn += 1;
      if (turn % 32 === 0) await shell.process.step();
      try {
        await body(each);
      } catch (error) {
        if (!(error instanceof LoopJump)) throw error;
        if (error.levels > 1) {
          error.levels -= 1;
          throw error;
        }
        if (error.kind === 'break') break;
      }
    }
  } finally {
    shell.loops -= 1;
  }
  return shell.status;
}

async function caseOf(shell: Shell, command: Extract<Command, { kind: 'case' }>): Promise<number> {
  const text = await expandText(command.word, shell);
  for (const { patterns, body } of command.arms) {
    for (const pattern of patterns) {
      if (!matches(await expandPattern(pattern, shell), text)) continue;
      shell.status = 0;
      return shell.list(body);
    }
  }
  shell.status = 0;
  return 0;
}
