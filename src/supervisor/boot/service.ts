// What starts a fleet when its machine starts: what is told of the fleet, and what is made of it.

/** The fleet, as whatever starts it at boot must know it. No secret is in it. */
export interface BootSubject {
  /** The fleet's folder. */
  readonly root: string;
  /** A piece of the hash of the folder: a machine may have several fleets. */
  readonly id: string;
  readonly pm2Home: string;
  /** Node and the script of the command, both absolute. */
  readonly command: readonly [node: string, script: string];
  /** Who owns the fleet, and is to run it. */
  readonly account: Account;
  /** `machine`: started with the machine, needs its administrator; `account`: with the account's own services. */
  readonly scope: 'machine' | 'account';
  /** What `down` may take: longer than the longest `drain_timeout`. */
  readonly stopSeconds: number;
}

export interface Account {
  readonly name: string;
  readonly home: string;
  /** -1 on Windows. */
  readonly uid: number;
}

/** A file that starts the fleet at boot, and how the system is told of it. */
export interface BootService {
  readonly kind: 'systemd' | 'launchd' | 'task';
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  /** Links to the file that the system makes when it is enabled. */
  readonly links: readonly string[];
  /** Commands to type when the file is there. */
  readonly enable: readonly string[];
  /** Commands to type when the file is gone. */
  readonly forget: readonly string[];
}

/** The arguments of the command for `verb`. */
export function argumentsOf({ command, root }: BootSubject, verb: 'up' | 'down'): string[] {
  return [...command, '--fleet', root, verb];
}

/** A text for a line of its own: without what would end the line. */
export function onOneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/** A text inside an XML element. */
export function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
