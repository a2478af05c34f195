// The map's key for a setting of an instance, for messages: people know their map, not our values.

/** Where the name of a setting and that of its key have nothing in common. */
const others: Readonly<Record<string, string>> = { admin: 'admin_port' };

/** `pin_timeout` for `pinTimeoutMs`, `backend.pool_size` for `backend.poolSize`: settings carry their unit, keys do not. */
export function keyOfSetting(path: string): string {
  const bare = path.replace(/(?:Ms|Bytes)$/, '');
  return others[path] ?? bare.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
