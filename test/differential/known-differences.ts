// Differences that are known and accepted, taken out of replies before they are compared. docs/architecture.md has the reasons.

/** A column definition's end, from the length of what follows: binary charset, length, LONG_BLOB, flags, decimals. */
const nullVariable = "\x0c?\0\xff\xff\xff\0\xfb\x80\0'";
const unsetVariable = "\x0c?\0\0\0\0\x01\xfb\x80\0'";

/**
 * A user variable that was never set and one that was set to NULL differ in the length that their column is given (by one
 * byte in 16 MB). Nothing makes a variable unset again but a new connection.
 */
export function withoutKnown(packet: string): string {
  return withoutIndexUse(withoutStateChanged(packet.replace(nullVariable, unsetVariable)));
}

/** Without session tracking a server says now and then that the session's state changed, though it cannot say what did. */
function withoutStateChanged(packet: string): string {
  const isEof = packet.length === 9 && packet[4] === '\xfe';
  if (!isEof) return packet;
  return packet.slice(0, 8) + String.fromCharCode(packet.charCodeAt(8) & ~0x40);
}

/**
 * A server that has written an unsafe statement to its log deletes all rows one by one as long as the connection has
 * temporary tables, whosoever, and then says that it used no index.
 */
function withoutIndexUse(packet: string): string {
  const isOk = packet[4] === '\0' && packet.length >= 11 && packet.length < 250;
  if (!isOk) return packet;
  const at = endOfNumber(packet, endOfNumber(packet, 5));
  return packet.slice(0, at) + String.fromCharCode(packet.charCodeAt(at) & ~0x20) + packet.slice(at + 1);
}

/** The end of a length-encoded integer. */
function endOfNumber(packet: string, at: number): number {
  const bytes = { 0xfc: 3, 0xfd: 4, 0xfe: 9 }[packet.charCodeAt(at)] ?? 1;
  return at + bytes;
}
