// What happens to the fleet as a whole, and what its log says of it.

export type SupervisorEvent =
  | { readonly type: 'supervisor-started' }
  | { readonly type: 'supervisor-stopped'; readonly reason: string }
  | { readonly type: 'map-changed'; readonly users: readonly string[] }
  | { readonly type: 'map-refused'; readonly reason: string }
  | { readonly type: 'applied'; readonly line: string }
  | { readonly type: 'instance-crashed'; readonly user: string; readonly reason: string }
  | {
      readonly type: 'crash-loop';
      readonly user: string;
      readonly crashes: number;
      readonly reason: string;
    }
  | { readonly type: 'crash-loop-over'; readonly user: string }
  /** A backend cannot be had, for `count` users, the first few of whom are named. Times in ms; `since` is an epoch's. */
  | {
      readonly type: 'incident-opened';
      readonly backend: string;
      readonly fault: 'connection' | 'login';
      readonly words: string;
      readonly count: number;
      readonly users: readonly string[];
      readonly since: number;
    }
  /** It can be had again; `count` is the most users that it was away for. */
  | {
      readonly type: 'incident-closed';
      readonly backend: string;
      readonly fault: 'connection' | 'login';
      readonly count: number;
      readonly lastedMs: number;
    }
  /** It was lost and could be had again before anybody looked. */
  | {
      readonly type: 'backend-blinked';
      readonly backend: string;
      readonly count: number;
      readonly users: readonly string[];
    }
  | { readonly type: 'pm2-gone' }
  | { readonly type: 'pm2-back' }
  | { readonly type: 'instance-adopted'; readonly user: string; readonly pid: number }
  | { readonly type: 'trouble'; readonly where: string; readonly reason: string };

export type Tell = (event: SupervisorEvent) => void;

type Level = 'info' | 'warn' | 'error';

/** Level and words of an event, as in the instances' logs. */
export function wordsOf(event: SupervisorEvent): readonly [Level, string] {
  switch (event.type) {
    case 'supervisor-started':
      return ['info', 'the supervisor watches the fleet'];
    case 'supervisor-stopped':
      return ['info', `the supervisor ends (${event.reason}); the instances serve on`];
    case 'map-changed':
      return ['info', `the port map has changed for ${event.users.join(', ') || 'nobody'}`];
    case 'map-refused':
      return ['error', event.reason];
    case 'applied':
      return ['info', event.line];
    case 'instance-crashed':
      return ['warn', `the instance ended: ${event.reason}`];
    case 'crash-loop':
      return [
        'error',
        `the instance is in a crash loop: it ended ${event.crashes} times; the last time: ${event.reason}`,
      ];
    case 'crash-loop-over':
      return ['info', 'the instance is out of its crash loop'];
    case 'incident-opened':
      return ['error', `backend ${event.backend} ${event.words}: ${whoOf(event)}; they go on trying`];
    case 'backend-blinked':
      return ['warn', `backend ${event.backend} was lost for a moment: ${whoOf(event)} had to connect again`];
    case 'incident-closed': {
      const took = event.fault === 'login' ? 'takes the logins again' : 'is back';
      const seconds = Math.round(event.lastedMs / 1000);
      return [
        'info',
        `backend ${event.backend} ${took}, after ${seconds} s; it was away for ${countOf(event.count)}`,
      ];
    }
    case 'pm2-gone':
      return ['warn', "PM2's daemon is gone; the instances serve on without it"];
    case 'pm2-back':
      return ['info', "PM2's daemon is back"];
    case 'instance-adopted':
      return ['warn', `the instance (process ${event.pid}) runs on without PM2`];
    case 'trouble':
      return ['error', `${event.where}: ${event.reason}`];
  }
}

function countOf(users: number): string {
  return `${users} ${users === 1 ? 'user' : 'users'}`;
}

function whoOf({ count, users }: { readonly count: number; readonly users: readonly string[] }): string {
  return `${countOf(count)} (${users.join(', ')}${count > users.length ? ' and others' : ''})`;
}
