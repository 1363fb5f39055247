import {
  type Cipheriv, createCipheriv, createDecipheriv, createPublicKey, type Decipheriv, diffieHellman, generateKeyPairSync, hash, type KeyObject,
} from 'node:crypto';
import type { SendFrame } from './frames.ts';
import type { RecvCipher } from './writer.ts';

const BLOCK = 16;
const X25519_SPKI_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

/** An X25519 key pair; the public key as Base64 of its 32 bytes. */
export function createKeyPair(): { readonly privateKey: KeyObject; readonly publicKey: string } {
  const pair = generateKeyPairSync('x25519');
  return { privateKey: pair.privateKey, publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(X25519_SPKI_HEAD.length).toString('base64') };
}

/**
 * The session of a CONNECT: AES key = first 16 hex characters of MD5 over the Base64 text of the shared secret, IV = the salt's ASCII bytes.
 * null for a peer key that is no 32 bytes or of low order.
 */
export function deriveSession(privateKey: KeyObject, peerKeyBase64: string, salt: string): { readonly key: Buffer; readonly iv: Buffer } | null {
  if (peerKeyBase64.length > 64) return null;
  const raw = Buffer.from(peerKeyBase64, 'base64');
  if (raw.length !== 32) return null;
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([X25519_SPKI_HEAD, raw]), type: 'spki', format: 'der' });
    const secret = diffieHellman({ privateKey, publicKey });
    if (secret.every((byte) => byte === 0)) return null;
    return { key: Buffer.from(hash('md5', secret.toString('base64'), 'hex').slice(0, 16), 'latin1'), iv: Buffer.from(salt, 'latin1') };
  } catch {
    return null; // OpenSSL refuses points of low order.
  }
}

/** Plain text waits here, padded, for the cipher; larger messages get a buffer of their own. */
const shared = Buffer.allocUnsafe(128 * 1024);

/**
 * The AES-128-CBC of one connection. One cipher and one decipher live as long as the session (making one costs more than using it): padding is done here, and
 * xor of the first block with (iv xor last ciphertext block) restarts the chain at the fixed IV, so the bytes are those of a fresh cipher.
 */
export class SessionCipher implements RecvCipher {
  readonly #iv: Uint8Array;
  readonly #cipher: Cipheriv;
  #decipher: Decipheriv | null = null;
  readonly #key: Uint8Array;
  /** iv xor the last ciphertext block that went through, for each direction. */
  readonly #encryptFix = new Uint8Array(BLOCK);
  readonly #decryptFix = new Uint8Array(BLOCK);

  constructor(key: Uint8Array, iv: Uint8Array) {
    this.#key = key;
    this.#iv = iv;
    this.#cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  }

  /** Base64 text of the encrypted bytes. */
  encryptBase64(plain: Uint8Array): string {
    const buffer = bufferFor(plain.byteLength);
    buffer.set(plain);
    return this.#encryptPadded(buffer, plain.byteLength).toString('base64');
  }

  /** MD5 over the Base64 text of the encrypted sign text, lower-case hex. */
  keyOf(signText: string): string {
    const buffer = bufferFor(signText.length * 3);
    const length = buffer.write(signText, 0, 'utf8');
    return hash('md5', this.#encryptPadded(buffer, length).toString('base64'), 'hex');
  }

  /** Whether a SEND's msgKey covers what it says it covers. */
  sendKeyMatches(frame: Pick<SendFrame, 'clientSeq' | 'clientMsgNo' | 'channelId' | 'channelType' | 'payload' | 'msgKey'>): boolean {
    const payload = Buffer.from(frame.payload.buffer, frame.payload.byteOffset, frame.payload.byteLength).toString('latin1');
    return this.keyOf(`${frame.clientSeq}${frame.clientMsgNo}${frame.channelId}${frame.channelType}${payload}`) === frame.msgKey;
  }

  /** Plain bytes of Base64 text, null when it is no Base64, no whole blocks or wrongly padded. */
  decrypt(base64: Uint8Array): Uint8Array | null {
    const text = Buffer.from(base64.buffer, base64.byteOffset, base64.byteLength).toString('latin1');
    const sealed = Buffer.from(text, 'base64');
    if (sealed.length === 0 || sealed.length % BLOCK !== 0) return null;
    this.#decipher ??= createDecipheriv('aes-128-cbc', this.#key, this.#iv).setAutoPadding(false);
    const plain = this.#decipher.update(sealed);
    for (let index = 0; index < BLOCK; index += 1) {
      plain[index] = (plain[index] ?? 0) ^ (this.#decryptFix[index] ?? 0);
      this.#decryptFix[index] = (this.#iv[index] ?? 0) ^ (sealed[sealed.length - BLOCK + index] ?? 0);
    }
    const padding = plain[plain.length - 1] ?? 0;
    if (padding < 1 || padding > BLOCK) return null;
    for (let index = plain.length - padding; index < plain.length; index += 1) if (plain[index] !== padding) return null;
    return plain.subarray(0, plain.length - padding);
  }

  #encryptPadded(buffer: Buffer, length: number): Buffer {
    const padding = BLOCK - (length % BLOCK);
    buffer.fill(padding, length, length + padding);
    for (let index = 0; index < BLOCK; index += 1) buffer[index] = (buffer[index] ?? 0) ^ (this.#encryptFix[index] ?? 0);
    const sealed = this.#cipher.update(buffer.subarray(0, length + padding));
    const last = sealed.length - BLOCK;
    for (let index = 0; index < BLOCK; index += 1) this.#encryptFix[index] = (this.#iv[index] ?? 0) ^ (sealed[last + index] ?? 0);
    return sealed;
  }
}

function bufferFor(bytes: number): Buffer {
  return bytes + BLOCK <= shared.length ? shared : Buffer.allocUnsafe(bytes + BLOCK);
}
