// Addresses that instances listen on: loopback or not, and which two cannot have the same port.
import { isIPv6 } from 'node:net';

/** Whether only this machine can reach the address. */
export function isLoopback(address: string): boolean {
  const normal = normalAddress(address);
  return normal === '::1' || normal.startsWith('127.') || normal === 'localhost';
}

/** Whether the address stands for every address of the machine (`::` takes IPv4 along). */
export function isWildcard(address: string): boolean {
  return ['0.0.0.0', '::'].includes(normalAddress(address));
}

/** Whether listening on both addresses with one port fails. */
export function addressesCollide(a: string, b: string): boolean {
  return isWildcard(a) || isWildcard(b) || normalAddress(a) === normalAddress(b);
}

/** One spelling per address: IPv6 compressed and in lower case, IPv4 inside IPv6 as IPv4. */
function normalAddress(address: string): string {
  if (!isIPv6(address)) return address.toLowerCase();
  const compressed = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compressed);
  if (mapped?.[1] === undefined || mapped[2] === undefined) return compressed;
  const [high, low] = [Number.parseInt(mapped[1], 16), Number.parseInt(mapped[2], 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
