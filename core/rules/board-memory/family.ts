import type { RuleFamily } from '../rule.ts';

export const boardMemoryFamily: RuleFamily = {
  name: 'board-memory',
  title: 'Memory of the board',
  rules: [],
};
