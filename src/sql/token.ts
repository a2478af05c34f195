// What the lexer yields: tokens over the bytes of the text.

/** Kinds of tokens. `Name` is a quoted identifier, `System` the `@@` before a system variable's name. */
export const Kind = {
  Word: 1,
  Name: 2,
  String: 3,
  Number: 4,
  UserVariable: 5,
  System: 6,
  Assign: 7,
  Symbol: 8,
  Delimiter: 9,
} as const;

export type Kind = (typeof Kind)[keyof typeof Kind];

/** A token; offsets are bytes of the text, `end` exclusive. */
export interface Token {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  /** A word in upper case ('' where it has bytes above 0x7f, so is no keyword), a symbol's characters; else ''. */
  readonly word: string;
}
