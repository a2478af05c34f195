// What happens in an instance, published once; the log and the metrics subscribe.

/** One thing that happened. `session` is a session's id; times are ms. No event carries a secret or a statement's text. */
export type InstanceEvent =
  | { readonly type: 'listening'; readonly address: string }
  | {
      readonly type: 'session-opened';
      readonly session: number;
      readonly address: string;
      readonly program?: string;
      readonly tls: boolean;
    }
  | { readonly type: 'session-closed'; readonly session: number; readonly reason: string }
  | { readonly type: 'session-refused'; readonly address: string; readonly reason: string }
  | {
      readonly type: 'login-failed';
      readonly address: string;
      readonly user: string;
      readonly reason: string;
    }
  | {
      readonly type: 'command-started';
      readonly session: number;
      readonly fingerprint: string;
      readonly waitMs: number;
    }
  | {
      readonly type: 'command-finished';
      readonly session: number;
      readonly fingerprint: string;
      /** The statement itself, for logs whose `log_queries` asks for it. */
      readonly text?: string;
      readonly waitMs: number;
      readonly runMs: number;
      readonly bytes: number;
      readonly error?: { readonly errno: number; readonly message: string };
    }
  | {
      readonly type: 'command-refused';
      readonly session: number;
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly type: 'cancelled';
      readonly session: number;
      readonly by: number | 'client-gone' | 'query-timeout';
    }
  | { readonly type: 'pinned'; readonly session: number; readonly reasons: readonly string[] }
  | { readonly type: 'unpinned'; readonly session: number; readonly heldMs: number }
  | {
      readonly type: 'lease-expired';
      readonly session: number;
      readonly reasons: readonly string[];
      readonly idleMs: number;
    }
  | { readonly type: 'backend-connecting'; readonly attempt: number }
  | {
      readonly type: 'backend-connected';
      readonly threadId: number;
      readonly serverVersion: string;
      readonly ms: number;
    }
  | {
      readonly type: 'backend-connect-failed';
      readonly attempt: number;
      readonly reason: string;
      readonly retryInMs: number;
    }
  | { readonly type: 'backend-lost'; readonly reason: string }
  | { readonly type: 'backend-closed'; readonly reason: string }
  | { readonly type: 'read-retried'; readonly session: number }
  /** A session has given the account of the port another password, which the port map does not know. */
  | { readonly type: 'password-changed'; readonly session: number }
  /** What a session had on a connection, and only there, went with it: user variables, temporary tables and locks, by name. */
  | {
      readonly type: 'state-lost';
      readonly session: number;
      readonly lost: string;
      readonly reason: string;
    }
  /** A file for what a client does not take could not be made, written, read or removed. */
  | { readonly type: 'spool-failed'; readonly reason: string }
  | { readonly type: 'draining'; readonly reason: string }
  | { readonly type: 'stopped' }
  | {
      readonly type: 'internal-error';
      readonly where: string;
      readonly message: string;
      readonly stack?: string;
    };

export type Subscriber = (event: InstanceEvent) => void;

/** A publisher that calls its subscribers in turn. A subscriber must not throw. */
export interface Events {
  publish(event: InstanceEvent): void;
  subscribe(subscriber: Subscriber): void;
}

/** An event bus without subscribers. */
export function createEvents(): Events {
  const subscribers: Subscriber[] = [];
  return {
    publish(event) {
      for (const subscriber of subscribers) subscriber(event);
    },
    subscribe(subscriber) {
      subscribers.push(subscriber);
    },
  };
}
