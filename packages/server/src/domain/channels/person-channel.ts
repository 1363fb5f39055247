import { crc32 } from 'node:zlib';

/**
 * Stored id of the person channel of two uids: the uid with the higher CRC-32 first, on a tie the lexically greater first
 * (WuKongIM `GetFakeChannelIDWith`, which on a tie depends on the direction and so is ambiguous).
 */
export function personChannelId(a: string, b: string): string {
  const left = crc32(a);
  const right = crc32(b);
  return left > right || (left === right && a > b) ? `${a}@${b}` : `${b}@${a}`;
}

/** The other party of a stored person channel id, or null when `uid` is none of the two. */
export function peerOf(storedId: string, uid: string): string | null {
  const at = storedId.indexOf('@');
  const first = storedId.slice(0, at);
  const second = storedId.slice(at + 1);
  if (first === uid) return second;
  return second === uid ? first : null;
}
