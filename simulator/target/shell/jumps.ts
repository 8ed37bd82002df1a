/** How `break`, `continue`, `return` and `exit` leave what they are in. */
export class LoopJump extends Error {
  constructor(
    readonly kind: 'break' | 'continue',
    public levels: number,
  ) {
    super(kind);
  }
}

export class ReturnJump extends Error {
  constructor(readonly status: number) {
    super('return');
  }
}

export class ExitJump extends Error {
  constructor(readonly status: number) {
    super('exit');
  }
}
