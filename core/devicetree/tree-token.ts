/** What dtc's lexer tells its parser. */
export const TreeTokenKind = {
  End: 0,
  /** One character that is no other token; its code is the token's `code`. */
  Char: 1,
  /** A name of a property or node, without the backslash that may stand before it. */
  Name: 2,
  /** `label:`; the text is the label. */
  Label: 3,
  /** `&label` or `&{/path}`; the text is the label or the path. */
  Reference: 4,
  String: 5,
  Integer: 6,
  Character: 7,
  /** Two hexadecimal digits in a byte string. */
  Byte: 8,
  /** `<<`, `>>`, `<=`, `>=`, `==`, `!=`, `&&`, `||` */
  Operator: 9,
  /** `/dts-v1/`, `/bits/` …; the text has the slashes. */
  Keyword: 10,
} as const;
export type TreeTokenKind = (typeof TreeTokenKind)[keyof typeof TreeTokenKind];

/** What a character can start depends on where it stands: the states of dtc's lexer. */
export const LexerState = {
  /** Before anything. */
  Initial: 0,
  /** Values. */
  Value: 1,
  /** Names of properties and nodes. */
  Name: 2,
  /** Inside `[ ]`. */
  Bytes: 3,
} as const;
export type LexerState = (typeof LexerState)[keyof typeof LexerState];
