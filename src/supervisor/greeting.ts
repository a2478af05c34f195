// Looks at what a port says of itself: PM2 and the admin endpoint may both be right while no client gets in.
import { connect } from 'node:net';

/** `mysql`: a handshake, or the refusal of one, came. `other`: something else. `silent`: open, but mute. `closed`: nobody. */
export type Greeting = 'mysql' | 'other' | 'silent' | 'closed';

const protocolVersion = 10;
const errorPacket = 0xff;
const headerBytes = 4;

/** What the server at `listen`:`port` says first, within `withinMs`. A listener on all addresses is asked on loopback. */
export function readGreeting(listen: string, port: number, withinMs: number): Promise<Greeting> {
  return new Promise((resolve) => {
    const socket = connect({ host: reachable(listen), port });
    let connected = false;
    let received = Buffer.alloc(0);
    const finish = (greeting: Greeting): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(greeting);
    };
    const timer = setTimeout(() => finish(connected ? 'silent' : 'closed'), withinMs);
    socket.once('connect', () => {
      connected = true;
    });
    socket.on('data', (part) => {
      received = Buffer.concat([received, part]);
      const first = received[headerBytes];
      if (first !== undefined) finish(first === protocolVersion || first === errorPacket ? 'mysql' : 'other');
    });
    socket.once('error', () => finish(connected ? 'silent' : 'closed'));
    socket.once('end', () => finish(received.length === 0 ? 'silent' : 'other'));
  });
}

function reachable(listen: string): string {
  if (listen === '0.0.0.0') return '127.0.0.1';
  return listen === '::' ? '::1' : listen;
}
