import { randomBytes, randomFillSync } from 'node:crypto';
import { crc32 } from 'node:zlib';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const pool = new Uint8Array(1000);
let used = pool.length;

/** `hr_` and a ULID: 48 bits of time, 80 random bits. No secret, yet not to be guessed. */
export function newRequestId(nowMs = Date.now()): string {
  let time = nowMs;
  let head = '';
  for (let index = 0; index < 10; index += 1) {
    head = (CROCKFORD[time % 32] ?? '') + head;
    time = Math.floor(time / 32);
  }
  let tail = '';
  for (let index = 0; index < 16; index += 1) tail += CROCKFORD[nextByte() % 32] ?? '';
  return `hr_${head}${tail}`;
}

/** A generated secret: prefix, 32 random bytes in Base62, six Base62 digits of a checksum, so that a cut copy is recognised without a look-up. */
export function newToken(prefix: string): string {
  let number = BigInt(`0x${randomBytes(32).toString('hex')}`);
  let body = '';
  while (number > 0n) {
    body = (BASE62[Number(number % 62n)] ?? '') + body;
    number /= 62n;
  }
  body = body.padStart(43, '0');
  let sum = crc32(prefix + body);
  let check = '';
  for (let index = 0; index < 6; index += 1) {
    check = (BASE62[sum % 62] ?? '') + check;
    sum = Math.floor(sum / 62);
  }
  return prefix + body + check;
}

const processPart = randomBytes(4).toString('base64url').slice(0, 5);
let connections = 0;

/** A random part of this process and a count. At most 12 characters: V8 keeps a longer concatenation as a tree of its parts, half a kilobyte. */
export function newConnectionId(): string {
  connections += 1;
  return `${processPart}-${connections.toString(36)}`;
}

function nextByte(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool[used++] ?? 0;
}
