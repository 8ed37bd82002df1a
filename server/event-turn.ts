/**
 * Resolves when the messages that lie in the queue now have had their turn: the connection handles one per turn of the event
 * loop, so a request that waits two turns sees the edit or the cancellation that was sent right behind it.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
