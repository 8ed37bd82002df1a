/** Where the server writes what an administrator or a bug report needs; never shown as a dialog. */
export interface Log {
  error(message: string): void;
  info(message: string): void;
}

/** The words of anything that was thrown, with its stack where it has one. */
export function describeThrown(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

/**
 * Wraps a handler so that a bug inside becomes a log line and an empty answer instead of an error in the user's face. The engine
 * returns errors as values; what arrives here is a defect, or an exhausted stack or heap from hostile input.
 */
export function guarded<Args extends readonly unknown[], Answer>(
  log: Log,
  name: string,
  handler: (...args: Args) => Answer | Promise<Answer>,
  empty: (thrown: unknown) => Answer,
): (...args: Args) => Answer | Promise<Answer> {
  const failed = (thrown: unknown): Answer => {
    log.error(`${name} failed: ${describeThrown(thrown)}`);
    return empty(thrown);
  };
  return (...args) => {
    try {
      const answer = handler(...args);
      return answer instanceof Promise ? answer.catch(failed) : answer;
    } catch (thrown) {
      return failed(thrown);
    }
  };
}
