import { BodyWriter } from './body-writer.ts';
import {
  CONNACK,
  DISCONNECT,
  type MessageId,
  PONG,
  RECV,
  SENDACK,
  SETTING_STREAM,
  SETTING_STREAM_OLD,
  SETTING_TOPIC,
} from './frames.ts';

export interface ConnackFields {
  /** The version the client asked for: from 4 on it reads serverVersion and nodeId, also on failure. */
  readonly clientVersion: number;
  readonly version: number;
  /** Server ms − clientTimestamp; the client's number may be any 64 bits. */
  readonly timeDiff: bigint;
  readonly reasonCode: number;
  readonly serverKey: string;
  readonly salt: string;
  readonly nodeId: number;
}

export interface SendackFields {
  readonly messageId: MessageId | bigint;
  readonly clientSeq: number;
  readonly messageSeq: number;
  readonly reasonCode: number;
  /** The nibble of the SEND that is answered. */
  readonly flags: number;
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

const PONG_BYTES = new Uint8Array([PONG << 4]);

/** Shared by all writers: a frame is built here and copied out once, nothing waits in it. */
const body = new BodyWriter();

/** Server → client frames. Each call answers a new array of exactly one frame. */
export class FrameWriter {
  /** One array for all: nobody may change it. */
  pong(): Uint8Array {
    return PONG_BYTES;
  }

  connack(fields: ConnackFields): Uint8Array {
    const newer = fields.clientVersion > 3;
    body.begin(64 + (fields.serverKey.length + fields.salt.length) * 3);
    if (newer) body.u8(fields.version);
    body.i64(fields.timeDiff);
    body.u8(fields.reasonCode);
    body.text(fields.serverKey);
    body.text(fields.salt);
    if (newer) body.i64(fields.nodeId);
    return body.finish(CONNACK, newer ? 1 : 0);
  }

  sendack({ messageId, clientSeq, messageSeq, reasonCode, flags }: SendackFields, version: number): Uint8Array {
    body.begin(32);
    body.i64(wireNumber(messageId));
    body.u32(clientSeq);
    writeSeq(body, messageSeq, version);
    body.u8(reasonCode);
    return body.finish(SENDACK, flags);
  }

  /** Encrypted when there is a cipher. The stream bits never go to a client below version 5: each of them reads other fields there. */
  recv(fields: RecvFields, version: number, cipher: RecvCipher | null): Uint8Array {
    const payload = cipher?.encryptBase64(fields.payload) ?? null;
    const msgKey = payload === null || cipher === null ? '' : cipher.keyOf(recvSignText(fields, payload));
    const setting = version < 5 ? fields.setting & ~(SETTING_STREAM | SETTING_STREAM_OLD) : fields.setting;
    const texts = fields.fromUid.length + fields.channelId.length + fields.clientMsgNo.length + fields.topic.length;
    body.begin(128 + (payload?.length ?? fields.payload.byteLength) + texts * 3);
    body.u8(setting);
    body.text(msgKey);
    body.text(fields.fromUid);
    body.text(fields.channelId);
    body.u8(fields.channelType);
    if (version >= 3) body.u32(fields.expire);
    body.text(fields.clientMsgNo);
    body.i64(wireNumber(fields.messageId));
    writeSeq(body, fields.messageSeq, version);
    body.u32(fields.timestamp);
    if ((setting & SETTING_TOPIC) !== 0) body.text(fields.topic);
    if (payload === null) body.raw(fields.payload);
    else body.ascii(payload);
    return body.finish(RECV, fields.flags);
  }

  disconnect(reasonCode: number, reason: string): Uint8Array {
    body.begin(16 + reason.length * 3);
    body.u8(reasonCode);
    body.text(reason);
    return body.finish(DISCONNECT, 0);
  }
}

/** The id as clients see it: unstored messages count up from 2^62. */
function wireId(id: MessageId): bigint {
  return id >= 0 ? BigInt(id) : (1n << 62n) - BigInt(id);
}

/** The same as decimal text, as JSON carries it. */
export function wireIdText(id: MessageId): string {
  return id >= 0 ? String(id) : wireId(id).toString();
}

/** u32 up to version 5, u64 from version 6 on. */
export function writeSeq(to: BodyWriter, seq: number, version: number): void {
  if (version >= 6) to.i64(seq);
  else to.u32(seq);
}

/** What the RECV's msgKey covers: exactly the words sent in that frame. */
export function recvSignText(
  fields: Omit<RecvFields, 'messageId'> & { readonly messageId: MessageId | bigint },
  payload: string,
): string {
  const { messageId, messageSeq, clientMsgNo, timestamp, fromUid, channelId, channelType } = fields;
  return `${wireNumber(messageId)}${messageSeq}${clientMsgNo}${timestamp}${fromUid}${channelId}${channelType}${payload}`;
}

/** Numbers stay numbers on the hot path; only an unstored message's id needs 63 bits. */
function wireNumber(id: MessageId | bigint): number | bigint {
  return typeof id === 'number' && id < 0 ? wireId(id) : id;
}
