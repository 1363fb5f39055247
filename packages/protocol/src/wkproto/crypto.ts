import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  type Decipheriv,
  diffieHellman,
  generateKeyPairSync,
  hash,
  type KeyObject,
} from 'node:crypto';
import type { SendFrame } from './frames.ts';
import { type RecvCipher, recvSignText } from './writer.ts';

const BLOCK = 16;
const X25519_SPKI_HEAD = Buffer.from('302a300506032b656e032100', 'hex');
/** What Base64 text of so many bytes, modulo 3, ends with. */
const PADDING = ['', '==', '='];
const KEY_TEXT = /^[A-Za-z0-9+/]{43}=$/;

/** An X25519 key pair; the public key as Base64 of its 32 bytes. */
export function createKeyPair(): { readonly privateKey: KeyObject; readonly publicKey: string } {
  const pair = generateKeyPairSync('x25519');
  return {
    privateKey: pair.privateKey,
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(X25519_SPKI_HEAD.length).toString('base64'),
  };
}

/**
 * The session of a CONNECT: AES key = first 16 hex characters of MD5 over the Base64 text of the shared secret, IV = the salt's ASCII bytes.
 * A longer salt is cut to 16, as clients do. null for a peer key that is not Base64 of 32 bytes or of low order, and for a salt below 16 characters.
 */
export function deriveSession(
  privateKey: KeyObject,
  peerKeyBase64: string,
  salt: string,
): { readonly key: Buffer; readonly iv: Buffer } | null {
  if (!KEY_TEXT.test(peerKeyBase64) || salt.length < BLOCK) return null;
  const raw = Buffer.from(peerKeyBase64, 'base64');
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([X25519_SPKI_HEAD, raw]), type: 'spki', format: 'der' });
    const secret = diffieHellman({ privateKey, publicKey });
    if (secret.every((byte) => byte === 0)) return null;
    return {
      key: Buffer.from(hash('md5', secret.toString('base64'), 'hex').slice(0, 16), 'latin1'),
      iv: Buffer.from(salt.slice(0, BLOCK), 'latin1'),
    };
  } catch {
    return null; // OpenSSL refuses points of low order.
  }
}

/** Plain text waits here, padded, for the cipher; larger messages get a buffer of their own. */
const shared = Buffer.allocUnsafe(64 * 1024);

/**
 * The AES-128-CBC of one connection. One cipher and one decipher live as long as the session (making one costs more than using it): padding is done here, and
 * xor of the first block with (iv xor last ciphertext block) restarts the chain at the fixed IV, so the bytes are those of a fresh cipher. Each is made at its
 * first use: an idle connection has none.
 */
export class SessionCipher implements RecvCipher {
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;
  #cipher: Cipheriv | null = null;
  #decipher: Decipheriv | null = null;
  /** iv xor the last ciphertext block that went through, for each direction. */
  readonly #encryptFix = new Uint8Array(BLOCK);
  readonly #decryptFix = new Uint8Array(BLOCK);

  /** Both 16 bytes; `deriveSession` gives them. */
  constructor(key: Uint8Array, iv: Uint8Array) {
    this.#key = key;
    this.#iv = iv;
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
    return this.#md5OfEncrypted(buffer, buffer.write(signText, 'utf8'));
  }

  /** Whether a SEND's msgKey covers what it says it covers. */
  sendKeyMatches(
    frame: Pick<SendFrame, 'clientSeq' | 'clientMsgNo' | 'channelId' | 'channelType' | 'payload' | 'msgKey'>,
  ): boolean {
    const { payload } = frame;
    const head = `${frame.clientSeq}${frame.clientMsgNo}${frame.channelId}${frame.channelType}`;
    const buffer = bufferFor(head.length * 3 + payload.byteLength);
    const headBytes = buffer.write(head, 'utf8');
    buffer.set(payload, headBytes);
    return this.#md5OfEncrypted(buffer, headBytes + payload.byteLength) === frame.msgKey;
  }

  /** The msgKey of a SEND, as a client computes it. */
  sendKey(frame: Pick<SendFrame, 'clientSeq' | 'clientMsgNo' | 'channelId' | 'channelType'>, payloadBase64: string): string {
    return this.keyOf(`${frame.clientSeq}${frame.clientMsgNo}${frame.channelId}${frame.channelType}${payloadBase64}`);
  }

  /** The msgKey of a RECV whose payload is this Base64 text. */
  recvKey(fields: Parameters<typeof recvSignText>[0], payloadBase64: string): string {
    return this.keyOf(recvSignText(fields, payloadBase64));
  }

  /** Plain bytes of Base64 text, null when it is no Base64, no whole blocks or wrongly padded. */
  decrypt(base64: Uint8Array): Uint8Array | null {
    const text = asBuffer(base64).toString('latin1');
    const sealed = Buffer.from(text, 'base64');
    // Node skips what is no Base64: then fewer bytes come out than the length of the text, with its padding, promises.
    if (sealed.length === 0 || sealed.length % BLOCK !== 0 || text.length !== Math.ceil(sealed.length / 3) * 4) return null;
    if (!text.endsWith(PADDING[sealed.length % 3] ?? '')) return null;
    this.#decipher ??= createDecipheriv('aes-128-cbc', this.#key, this.#iv).setAutoPadding(false);
    const plain = this.#decipher.update(sealed);
    const { length } = plain;
    restartChain(plain, this.#decryptFix);
    this.#remember(this.#decryptFix, sealed);
    const padding = plain[length - 1] ?? 0;
    if (padding < 1 || padding > BLOCK) return null;
    for (let index = length - padding; index < length; index += 1) if (plain[index] !== padding) return null;
    return plain.subarray(0, length - padding);
  }

  #md5OfEncrypted(buffer: Buffer, length: number): string {
    return hash('md5', this.#encryptPadded(buffer, length).toString('base64'), 'hex');
  }

  #encryptPadded(buffer: Buffer, length: number): Buffer {
    const padding = BLOCK - (length % BLOCK);
    for (let index = length; index < length + padding; index += 1) buffer[index] = padding;
    restartChain(buffer, this.#encryptFix);
    this.#cipher ??= createCipheriv('aes-128-cbc', this.#key, this.#iv).setAutoPadding(false);
    const sealed = this.#cipher.update(buffer.subarray(0, length + padding));
    this.#remember(this.#encryptFix, sealed);
    return sealed;
  }

  #remember(fix: Uint8Array, sealed: Buffer): void {
    const last = sealed.length - BLOCK;
    for (let index = 0; index < BLOCK; index += 1) fix[index] = (this.#iv[index] ?? 0) ^ (sealed[last + index] ?? 0);
  }
}

function restartChain(block: Buffer, fix: Uint8Array): void {
  for (let index = 0; index < BLOCK; index += 1) block[index] = (block[index] ?? 0) ^ (fix[index] ?? 0);
}

function bufferFor(bytes: number): Buffer {
  return bytes + BLOCK <= shared.length ? shared : Buffer.allocUnsafe(bytes + BLOCK);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
