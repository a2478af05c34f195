// What the kernel's table of connections says of bytes that nobody acknowledges.
import { describe, expect, it } from 'vitest';
import { isSentAgain } from '../../../src/proxy/backend/unacknowledged.js';

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

const row = (ports: string, timer: string, resent: string): string =>
  `   0: 0107D50A:${ports.slice(0, 4)} 0207D50A:${ports.slice(5)} 01 00000004:00000000 ${timer}:0000006D ${resent}     0        0 23523 2 0 163 4 30 1 -1`;

const ends = { localPort: 0x838c, remotePort: 0x0cea };
const says = (...rows: readonly string[]): boolean => isSentAgain([head, ...rows, ''].join('\n'), ends);

describe('a connection', () => {
  it('whose bytes were sent again and again has nobody across', () => {
    expect(says(row('838C:0CEA', '01', '00000005'))).toBe(true);
    expect(says(row('838C:0CEA', '01', '0000000F'))).toBe(true);
  });

  it('that has only just begun to send again may have lost a packet', () => {
    expect(says(row('838C:0CEA', '01', '00000004'))).toBe(false);
  });

  it('whose peer does not read, but answers probes, is there', () => {
    expect(says(row('838C:0CEA', '04', '00000009'))).toBe(false);
  });

  it('is told from others by both of its ports', () => {
    expect(says(row('838C:0CEB', '01', '00000009'), row('838D:0CEA', '01', '00000009'))).toBe(false);
    expect(says(row('838D:0CEA', '01', '00000009'), row('838C:0CEA', '01', '00000009'))).toBe(true);
  });

  it('that is closed has no ports, and is not looked for', () => {
    expect(isSentAgain(row('0000:0000', '01', '00000009'), {})).toBe(false);
  });
});
