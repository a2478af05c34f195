// Names of users: they become names of folders and processes on Linux, macOS and Windows.

const pattern = /^[a-z0-9][a-z0-9_-]{0,31}$/;

/** Devices on Windows, and words that commands and PM2 take for something else. */
const reserved: ReadonlySet<string> = new Set([
  ...['con', 'prn', 'aux', 'nul'],
  ...Array.from({ length: 10 }, (_, digit) => [`com${digit}`, `lpt${digit}`]).flat(),
  ...['all', 'defaults', 'supervisor', 'demo-backend'],
]);

/** Why `name` cannot be a user's name, in words that follow the name; undefined where it can. */
export function whyNotUserName(name: string): string | undefined {
  if (pattern.test(name.toLowerCase()) && name !== name.toLowerCase()) {
    return `has capital letters, which not every system tells apart; call it '${name.toLowerCase()}'`;
  }
  if (!pattern.test(name)) {
    return 'is not a user name; take 1 to 32 of a-z, 0-9, _ and -, the first a letter or digit';
  }
  if (reserved.has(name))
    return 'is a reserved word (a Windows device, or a word of the commands); choose another';
  if (/^\d+$/.test(name)) return 'is a number, which would be taken for a port; add a letter';
  return undefined;
}
