// Waits for moments in which a restart interrupts nobody's work, user by user.
import type { AdminAnswer } from './observe.js';

/** Why a restart now would make somebody wait or lose a transaction; undefined where it would not. */
export function whyBusy(answer: AdminAnswer): string | undefined {
  if (answer.kind === 'absent') return undefined;
  if (answer.kind === 'silent') return 'it does not answer';
  const { backend, queue } = answer.status;
  if (backend.some(({ running }) => running !== undefined)) return 'a command runs';
  if (queue.waiting > 0) return `${queue.waiting} ${queue.waiting === 1 ? 'command waits' : 'commands wait'}`;
  const holder = backend.find(({ pinnedBy }) => pinnedBy !== undefined)?.pinnedBy;
  return holder && `session ${holder.session} holds the backend (${holder.reasons.join(', ')})`;
}

/** What the waiting works with; tests give their own. */
export interface IdleWork {
  /** What the user's instance says now. */
  readonly ask: (user: string) => Promise<AdminAnswer>;
  readonly restart: (users: readonly string[]) => Promise<void>;
  /** Between two looks. */
  readonly pause: () => Promise<void>;
  /** Is told, once for each reason, whom is waited for. */
  readonly note: (line: string) => void;
}

/** Restarts each of `users` in the first look that finds its instance idle. Without end while one stays busy. */
export async function restartWhenIdle(users: readonly string[], work: IdleWork): Promise<void> {
  const told = new Map<string, string>();
  let pending = users;
  for (;;) {
    const looks = await Promise.all(
      pending.map(async (user) => ({ user, busy: whyBusy(await work.ask(user)) })),
    );
    const idle = looks.filter(({ busy }) => busy === undefined).map(({ user }) => user);
    if (idle.length > 0) await work.restart(idle);
    pending = pending.filter((user) => !idle.includes(user));
    if (pending.length === 0) return;
    for (const { user, busy } of looks) {
      if (busy === undefined || told.get(user) === busy) continue;
      told.set(user, busy);
      work.note(`${user} is waited for: ${busy}`);
    }
    await work.pause();
  }
}
