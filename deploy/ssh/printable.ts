/** Text of a server without what would act on a terminal or turn the reading direction; line breaks and tabs stay. */
export function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '');
}
