// Knocks at a port again and again, and tells for how long it was closed.
import { connect } from 'node:net';

export interface Knocking {
  /** Ends the knocking. The longest time, in ms, from a refusal to the next connection, and how many knocks there were. */
  stop(): Promise<{ readonly closedForMs: number; readonly knocks: number }>;
}

/** Knocks at `port` of this machine, some hundred times a second. */
export function knockAt(port: number): Knocking {
  const end = new AbortController();
  let knocks = 0;
  let closedForMs = 0;
  let closedSince: number | undefined;
  const knocking = (async (): Promise<void> => {
    while (!end.signal.aborted) {
      const at = performance.now();
      const open = await opens(port);
      knocks++;
      if (!open) closedSince ??= at;
      if (!open || closedSince === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      closedForMs = Math.max(closedForMs, performance.now() - closedSince);
      closedSince = undefined;
    }
  })();
  return {
    async stop() {
      end.abort();
      await knocking;
      if (closedSince !== undefined) closedForMs = Infinity;
      return { closedForMs, knocks };
    },
  };
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
