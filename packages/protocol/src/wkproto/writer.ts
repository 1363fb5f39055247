import { CONNACK, DISCONNECT, EVENT, type MessageId, RECV, SENDACK, SETTING_TOPIC } from './frames.ts';

export interface ConnackFields {
  /** The version the client asked for: from 4 on it reads serverVersion and nodeId, also on failure. */
  readonly clientVersion: number;
  readonly version: number;
  readonly timeDiff: number;
  readonly reasonCode: number;
  readonly serverKey: string;
  readonly salt: string;
  readonly nodeId: number;
}

export interface RecvFields {
  readonly flags: number;
  readonly setting: number;
  readonly fromUid: string;
  readonly channelId: string;
  readonly channelType: number;
  readonly expire: number;
  readonly clientMsgNo: string;
  readonly messageId: MessageId;
  readonly messageSeq: number;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** Encrypts what one connection receives: Base64 text of the payload, and the message key over it. */
export interface RecvCipher {
  encryptBase64(plain: Uint8Array): string;
  keyOf(signText: string): string;
}

const HEAD_BYTES = 5;
/** Shared by all writers: a frame is built here and copied out once. */
let scratch = Buffer.allocUnsafe(64 * 1024);

/** Server → client frames. Each call answers a new buffer of exactly one frame. */
export class FrameWriter {
  #at = HEAD_BYTES;

  pong(): Uint8Array {
    return Buffer.from([0x80]);
  }

  connack(fields: ConnackFields): Uint8Array {
    const newer = fields.clientVersion > 3;
    this.#begin(64 + (fields.serverKey.length + fields.salt.length) * 3);
    if (newer) this.#u8(fields.version);
    this.#i64(fields.timeDiff);
    this.#u8(fields.reasonCode);
    this.#text(fields.serverKey);
    this.#text(fields.salt);
    if (newer) this.#i64(fields.nodeId);
    return this.#finish(CONNACK, newer ? 1 : 0);
  }

  sendack(messageId: MessageId, clientSeq: number, messageSeq: number, reasonCode: number, version: number): Uint8Array {
    this.#begin(32);
    this.#messageId(messageId);
    this.#u32(clientSeq);
    this.#seq(messageSeq, version);
    this.#u8(reasonCode);
    return this.#finish(SENDACK, 0);
  }

  recv(fields: RecvFields, version: number, cipher: RecvCipher | null): Uint8Array {
    const payload = cipher?.encryptBase64(fields.payload) ?? null;
    const payloadBytes = payload?.length ?? fields.payload.byteLength;
    this.#begin(128 + payloadBytes + (fields.fromUid.length + fields.channelId.length + fields.clientMsgNo.length + fields.topic.length) * 3);
    this.#u8(fields.setting);
    this.#text(payload === null || cipher === null ? '' : cipher.keyOf(recvSignText(fields, payload)));
    this.#text(fields.fromUid);
    this.#text(fields.channelId);
    this.#u8(fields.channelType);
    if (version >= 3) this.#u32(fields.expire);
    this.#text(fields.clientMsgNo);
    this.#messageId(fields.messageId);
    this.#seq(fields.messageSeq, version);
    this.#u32(fields.timestamp);
    if ((fields.setting & SETTING_TOPIC) !== 0) this.#text(fields.topic);
    if (payload === null) {
      scratch.set(fields.payload, this.#at);
      this.#at += payloadBytes;
    } else this.#at += scratch.write(payload, this.#at, 'latin1');
    return this.#finish(RECV, fields.flags);
  }

  disconnect(reasonCode: number, reason: string): Uint8Array {
    this.#begin(16 + reason.length * 3);
    this.#u8(reasonCode);
    this.#text(reason);
    return this.#finish(DISCONNECT, 0);
  }

  event(id: string, type: string, timestampMs: number, data: string): Uint8Array {
    this.#begin(32 + (id.length + type.length + data.length) * 3);
    this.#text(id);
    this.#text(type);
    this.#i64(timestampMs);
    this.#at += scratch.write(data, this.#at, 'utf8');
    return this.#finish(EVENT, 0);
  }

  #begin(bodyBytes: number): void {
    if (bodyBytes + HEAD_BYTES > scratch.length) scratch = Buffer.allocUnsafe((bodyBytes + HEAD_BYTES) * 2);
    this.#at = HEAD_BYTES;
  }

  /** The head goes right before the body, as long as its length field needs. */
  #finish(type: number, flags: number): Uint8Array {
    const length = this.#at - HEAD_BYTES;
    const lengthBytes = length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : 4;
    let at = HEAD_BYTES - lengthBytes - 1;
    const start = at;
    scratch[at++] = (type << 4) | (flags & 0x0f);
    for (let rest = length, index = 0; index < lengthBytes; index += 1, rest = Math.floor(rest / 128)) {
      scratch[at++] = (rest & 0x7f) | (index < lengthBytes - 1 ? 0x80 : 0);
    }
    return Buffer.from(scratch.subarray(start, this.#at));
  }

  #u8(value: number): void {
    scratch[this.#at++] = value;
  }
  #u32(value: number): void {
    this.#at = scratch.writeUInt32BE(value >>> 0, this.#at);
  }
  #i64(value: number): void {
    this.#at = scratch.writeInt32BE(Math.floor(value / 0x1_0000_0000), this.#at);
    this.#at = scratch.writeUInt32BE(value - Math.floor(value / 0x1_0000_0000) * 0x1_0000_0000, this.#at);
  }
  #messageId(id: MessageId): void {
    if (id >= 0) return this.#i64(id);
    this.#at = scratch.writeBigInt64BE(wireId(id), this.#at);
  }
  #seq(seq: number, version: number): void {
    if (version >= 6) this.#i64(seq);
    else this.#u32(seq);
  }
  #text(text: string): void {
    const length = scratch.write(text, this.#at + 2, 'utf8');
    scratch.writeUInt16BE(length, this.#at);
    this.#at += 2 + length;
  }
}

/** The id as clients see it: unstored messages count up from 2^62. */
export function wireId(id: MessageId): bigint {
  return id >= 0 ? BigInt(id) : (1n << 62n) - BigInt(id);
}

function recvSignText(fields: RecvFields, payload: string): string {
  const id = fields.messageId >= 0 ? String(fields.messageId) : wireId(fields.messageId).toString();
  return `${id}${fields.messageSeq}${fields.clientMsgNo}${fields.timestamp}${fields.fromUid}${fields.channelId}${fields.channelType}${payload}`;
}
