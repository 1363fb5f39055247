export const WS_TEXT = 0x1;
export const WS_BINARY = 0x2;

const FIN = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** Each payload as an unmasked WebSocket message of its own (RFC 6455 §5.2, server to client), all in one buffer. */
export function wsFrames(opcode: number, payloads: readonly Uint8Array[]): Buffer {
  let total = 0;
  for (const { byteLength } of payloads) total += headBytes(byteLength) + byteLength;
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  for (const payload of payloads) {
    at = writeHead(out, at, FIN | opcode, payload.byteLength);
    out.set(payload, at);
    at += payload.byteLength;
  }
  return out;
}

function headBytes(length: number): number {
  return length < LENGTH_16 ? 2 : length <= 0xffff ? 4 : 10;
}

function writeHead(out: Buffer, at: number, first: number, length: number): number {
  out[at] = first;
  if (length < LENGTH_16) {
    out[at + 1] = length;
    return at + 2;
  }
  if (length <= 0xffff) {
    out[at + 1] = LENGTH_16;
    out[at + 2] = length >>> 8;
    out[at + 3] = length;
    return at + 4;
  }
  out[at + 1] = LENGTH_64;
  out.writeBigUInt64BE(BigInt(length), at + 2);
  return at + 10;
}
