// Statements that ask for nothing but system variables.

const LONGEST = 512;

/** `SELECT @@a, @@b`: the names as they are written there; null for any other statement. */
export function askedVariables(text: Buffer): readonly string[] | null {
  if (text.length > LONGEST) return null;
  // No sql_mode reads such a text differently: nothing in it is quoted, and no function is called.
  const list = /^\s*SELECT\s+(@@\w+(?:\s*,\s*@@\w+)*)\s*;?\s*$/i.exec(text.toString('latin1'))?.[1];
  return list === undefined ? null : list.split(',').map((name) => name.trim().slice(2));
}
