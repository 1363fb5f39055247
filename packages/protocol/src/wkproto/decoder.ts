import { BodyReader } from './body-reader.ts';
import {
  CONNACK, CONNECT, DISCONNECT, EVENT, type Frame, PING, PONG, RECV, RECVACK, SEND, SENDACK, SETTING_STREAM, SETTING_TOPIC, SUB, SUBACK,
} from './frames.ts';

export interface DecodeError {
  readonly reason: string;
}

export interface DecoderOptions {
  readonly maxFrameBytes: number;
  readonly side: 'server' | 'client';
}

const MAX_LENGTH_BYTES = 4;

/**
 * Cuts a byte stream into frames, at any split point. A frame that lies whole in a chunk is read in place; memory is bound by `maxFrameBytes` and grows with
 * what has arrived, never with what was announced. After an error nothing more is read.
 */
export class FrameDecoder {
  /** Negotiated version, 5 until CONNECT has been seen. */
  version = 5;
  readonly #options: DecoderOptions;
  readonly #reader = new BodyReader();
  #partial: Uint8Array | null = null;
  #error: DecodeError | null = null;

  constructor(options: DecoderOptions) {
    this.#options = options;
  }

  push(chunk: Uint8Array, onFrame: (frame: Frame) => void): DecodeError | null {
    if (this.#error !== null) return this.#error;
    let bytes = chunk;
    if (this.#partial !== null) {
      bytes = join(this.#partial, chunk);
      this.#partial = null;
    }
    let at = 0;
    while (at < bytes.length) {
      const next = this.#frameAt(bytes, at, onFrame);
      if (next < 0) return this.#error;
      if (next === at) break;
      at = next;
    }
    if (at < bytes.length) this.#partial = bytes.slice(at);
    return null;
  }

  /** Where the next frame begins; `at` itself when more bytes are needed; −1 after an error. */
  #frameAt(bytes: Uint8Array, at: number, onFrame: (frame: Frame) => void): number {
    const first = bytes[at] ?? 0;
    const type = first >> 4;
    if (type === PING || type === PONG) {
      onFrame({ type: type === PING ? 'ping' : 'pong' });
      return at + 1;
    }
    if (type === 0 || type > EVENT) return this.#fail(`frame type ${type}`);
    let length = 0;
    let cursor = at + 1;
    for (let shift = 0; ; shift += 7, cursor += 1) {
      if (cursor - at > MAX_LENGTH_BYTES) return this.#fail('length of more than 4 bytes');
      const byte = bytes[cursor];
      if (byte === undefined) return at;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (length > this.#options.maxFrameBytes) return this.#fail(`frame of ${length} bytes`);
    const start = cursor + 1;
    const end = start + length;
    if (end > bytes.length) return at;
    this.#reader.reset(bytes, start, end);
    const frame = this.#body(type, first & 0x0f);
    if (this.#reader.failed) return this.#fail(`body of frame type ${type} is too short`);
    if (frame === null) return this.#fail(`frame type ${type} towards the ${this.#options.side}`);
    onFrame(frame);
    return this.#error === null ? end : -1;
  }

  #fail(reason: string): -1 {
    this.#error = { reason };
    return -1;
  }

  #body(type: number, flags: number): Frame | null {
    const server = this.#options.side === 'server';
    switch (type) {
      case CONNECT:
        return server ? this.#connect() : null;
      case SEND:
        return server ? this.#send(flags) : null;
      case RECVACK:
        return server ? { type: 'recvack', flags, messageId: this.#reader.i64(), messageSeq: this.#seq() } : null;
      case SUB:
        return server ? this.#sub() : null;
      case CONNACK:
        return server ? null : this.#connack(flags);
      case SENDACK:
        return server ? null : this.#sendack();
      case RECV:
        return server ? null : this.#recv(flags);
      case DISCONNECT:
        return { type: 'disconnect', reasonCode: this.#reader.u8(), reason: this.#reader.text() };
      case SUBACK:
        return server ? null : { type: 'suback' };
      case EVENT: {
        const reader = this.#reader;
        return { type: 'event', id: reader.text(), eventType: reader.text(), timestamp: reader.i64(), data: reader.rest() };
      }
      default:
        return null;
    }
  }

  #connect(): Frame {
    const reader = this.#reader;
    const version = reader.u8();
    const deviceFlag = reader.u8();
    const deviceId = reader.text();
    const uid = reader.text();
    const token = reader.text();
    const clientTimestamp = reader.i64();
    return { type: 'connect', version, deviceFlag, deviceId, uid, token, clientTimestamp, clientKey: reader.text() };
  }

  #connack(flags: number): Frame {
    const reader = this.#reader;
    const serverVersion = (flags & 1) === 1 ? reader.u8() : null;
    if (serverVersion !== null) this.version = serverVersion;
    const timeDiff = reader.i64();
    const reasonCode = reader.u8();
    const serverKey = reader.text();
    const salt = reader.text();
    return { type: 'connack', serverVersion, timeDiff, reasonCode, serverKey, salt, nodeId: serverVersion === null ? null : reader.i64() };
  }

  #send(flags: number): Frame {
    const reader = this.#reader;
    const setting = reader.u8();
    const clientSeq = reader.u32();
    const clientMsgNo = reader.text();
    if (this.#hasStream(setting)) reader.text();
    const channelId = reader.text();
    const channelType = reader.u8();
    const expire = this.version >= 3 ? reader.u32() : 0;
    const msgKey = reader.text();
    const topic = (setting & SETTING_TOPIC) !== 0 ? reader.text() : '';
    return { type: 'send', flags, setting, clientSeq, clientMsgNo, channelId, channelType, expire, msgKey, topic, payload: reader.rest() };
  }

  #sendack(): Frame {
    const reader = this.#reader;
    const messageId = reader.i64();
    const clientSeq = reader.u32();
    return { type: 'sendack', messageId, clientSeq, messageSeq: this.#seq(), reasonCode: reader.u8() };
  }

  #recv(flags: number): Frame {
    const reader = this.#reader;
    const setting = reader.u8();
    const msgKey = reader.text();
    const fromUid = reader.text();
    const channelId = reader.text();
    const channelType = reader.u8();
    const expire = this.version >= 3 ? reader.u32() : 0;
    const clientMsgNo = reader.text();
    const messageId = reader.i64();
    const messageSeq = this.#seq();
    const timestamp = reader.i32();
    const topic = (setting & SETTING_TOPIC) !== 0 ? reader.text() : '';
    const head = { type: 'recv', flags, setting, msgKey, fromUid, channelId, channelType, expire } as const;
    return { ...head, clientMsgNo, messageId, messageSeq, timestamp, topic, payload: reader.rest() };
  }

  #sub(): Frame {
    const reader = this.#reader;
    reader.u8();
    const subNo = reader.text();
    const channelId = reader.text();
    const channelType = reader.u8();
    return { type: 'sub', subNo, channelId, channelType, action: reader.u8() };
  }

  /** u32 up to version 5, u64 from version 6 on. */
  #seq(): number {
    return this.version >= 6 ? Number(this.#reader.i64()) : this.#reader.u32();
  }

  #hasStream(setting: number): boolean {
    return this.version >= 2 && this.version < 5 && (setting & SETTING_STREAM) !== 0;
  }
}

/** Keeps the kind of the first chunk (a Buffer stays a Buffer, so that text decodes fast). */
function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (typeof Buffer !== 'undefined') return Buffer.concat([a, b]);
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
