// Reads values of a systemd unit as systemd does: quotes, escapes, doubled dollars and percents.

/** The value of `key`, which the unit has once. */
export function valueOf(unit: string, key: string): string {
  const lines = unit.split('\n').filter((line) => line.startsWith(`${key}=`));
  if (lines.length !== 1) throw new Error(`${lines.length} lines of ${key}`);
  return (lines[0] ?? '').slice(key.length + 1);
}

/** The words of a value. Throws where a `$` or `%` would be replaced by something. */
export function unitWords(value: string): string[] {
  const words = [...value.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)];
  return words.map(([, quoted, plain]) => {
    const word =
      quoted?.replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)) ?? plain ?? '';
    const halved = word.replaceAll('$$', '\0').replaceAll('%%', '\u0001');
    if (/[$%]/.test(halved)) throw new Error(`${word} has something that systemd replaces`);
    return halved.replaceAll('\0', '$').replaceAll('\u0001', '%');
  });
}
