const table = new Uint32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value;
});
const encoder = new TextEncoder();

/** CRC32-IEEE of the UTF-8 bytes, 0…2^32−1. */
export function crc32(text: string): number {
  let crc = 0xffff_ffff;
  for (const byte of encoder.encode(text)) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** The stored id of the conversation of two people, the same from both sides: the uid of the higher CRC32 first, on a tie the lexically greater. */
export function personChannelId(a: string, b: string): string {
  const left = crc32(a);
  const right = crc32(b);
  return left > right || (left === right && a > b) ? `${a}@${b}` : `${b}@${a}`;
}
