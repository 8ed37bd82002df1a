import { expect, it } from 'vitest';
import { Sessions } from '../../../client/deployment/sessions.ts';

const target = { name: 'board', host: 'board.invalid', sudo: true };
const other = { ...target, sshConfig: '/elsewhere/config' };

function sessions(trusted = true) {
  return new Sessions({ promptFor: () => async () => undefined, log: () => undefined, trusted: () => trusted });
}

it('has one session for a target, and another one once the target is another', async () => {
  const all = sessions();
  expect(all.of({ ...target })).toBe(all.of(target));
  expect(all.of(other)).not.toBe(all.of(target));
  await all.attend(target, async (session) => expect(session).toBe(all.of(target)));
  await all.close();
});

it('opens nothing in an untrusted workspace', async () => {
  const all = sessions(false);
  expect(() => all.of(target)).toThrow('not trusted');
  await expect(all.attend(target, async () => undefined)).rejects.toThrow('not trusted');
  await all.close();
});

it('ends every connection when it is closed', async () => {
  const all = sessions();
  const { connection } = all.of(target);
  await all.close();
  const answer = await connection.run({ title: 'look', script: ':', limit: 1000 });
  expect(answer).toMatchObject({ kind: 'none', reason: 'cancelled' });
});
