// Character sets and collations: their names, numbers and how Node calls the encodings.

import { mysqlError } from '../mysql-error.js';

export interface Charset {
  readonly name: string;
  readonly description: string;
  readonly defaultCollation: string;
  readonly maxBytes: number;
}

export const charsets: readonly Charset[] = [
  { name: 'ascii', description: 'US ASCII', defaultCollation: 'ascii_general_ci', maxBytes: 1 },
  { name: 'binary', description: 'Binary pseudo charset', defaultCollation: 'binary', maxBytes: 1 },
  { name: 'latin1', description: 'cp1252 West European', defaultCollation: 'latin1_swedish_ci', maxBytes: 1 },
  { name: 'utf8mb3', description: 'UTF-8 Unicode', defaultCollation: 'utf8mb3_general_ci', maxBytes: 3 },
  { name: 'utf8mb4', description: 'UTF-8 Unicode', defaultCollation: 'utf8mb4_0900_ai_ci', maxBytes: 4 },
];

export interface CollationInfo {
  readonly name: string;
  readonly charset: string;
  readonly id: number;
}

export const collations: readonly CollationInfo[] = [
  { name: 'ascii_general_ci', charset: 'ascii', id: 11 },
  { name: 'ascii_bin', charset: 'ascii', id: 65 },
  { name: 'binary', charset: 'binary', id: 63 },
  { name: 'latin1_swedish_ci', charset: 'latin1', id: 8 },
  { name: 'latin1_general_ci', charset: 'latin1', id: 48 },
  { name: 'latin1_bin', charset: 'latin1', id: 47 },
  { name: 'utf8mb3_general_ci', charset: 'utf8mb3', id: 33 },
  { name: 'utf8mb3_bin', charset: 'utf8mb3', id: 83 },
  { name: 'utf8mb3_unicode_ci', charset: 'utf8mb3', id: 192 },
  { name: 'utf8mb4_general_ci', charset: 'utf8mb4', id: 45 },
  { name: 'utf8mb4_bin', charset: 'utf8mb4', id: 46 },
  { name: 'utf8mb4_unicode_ci', charset: 'utf8mb4', id: 224 },
  { name: 'utf8mb4_unicode_520_ci', charset: 'utf8mb4', id: 246 },
  { name: 'utf8mb4_0900_ai_ci', charset: 'utf8mb4', id: 255 },
];

/** @throws MySqlError 1115 */
export function charsetNamed(name: string): Charset {
  const lower = name.toLowerCase() === 'utf8' ? 'utf8mb3' : name.toLowerCase();
  const found = charsets.find((charset) => charset.name === lower);
  if (found === undefined) throw mysqlError('UNKNOWN_CHARACTER_SET', { charset: name });
  return found;
}

/** @throws MySqlError 1273 */
export function collationNamed(name: string): CollationInfo {
  const lower = name.toLowerCase().replace(/^utf8_/, 'utf8mb3_');
  const found = collations.find((collation) => collation.name === lower);
  if (found === undefined) throw mysqlError('UNKNOWN_COLLATION', { collation: name });
  return found;
}

/** The collation of a number that a client sent; utf8mb4's where we do not know it. */
export function collationNumbered(id: number): CollationInfo {
  return collations.find((collation) => collation.id === id) ?? collationNamed('utf8mb4_0900_ai_ci');
}

/** How Node reads and writes texts of that character set. */
export function encodingOf(charset: string | null): BufferEncoding {
  return charset === 'latin1' || charset === 'ascii' ? 'latin1' : 'utf8';
}
