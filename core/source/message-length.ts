/** UTF-16 code units. A message repeats what the author wrote, and that can be a megabyte. */
const MAX_MESSAGE = 600;

/** The message, cut where it gets longer than anybody reads. */
export function clipped(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
}
