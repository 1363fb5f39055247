import type { BodyReader } from './body-reader.ts';
import {
  CONNACK,
  CONNECT,
  type ConnackFrame,
  type ConnectFrame,
  DISCONNECT,
  EVENT,
  type Frame,
  hasStreamField,
  RECV,
  RECVACK,
  type RecvFrame,
  SEND,
  SENDACK,
  type SendackFrame,
  type SendFrame,
  SETTING_TOPIC,
  SUB,
  SUBACK,
  type SubackFrame,
  type SubFrame,
} from './frames.ts';

export interface Body {
  readonly reader: BodyReader;
  readonly type: number;
  readonly flags: number;
  readonly version: number;
  readonly side: 'server' | 'client';
}

/** The frame of a body; null when this side does not take that type. A short body shows in `reader.failed`. Trailing bytes are extensions and skipped. */
export function decodeBody(body: Body): Frame | null {
  const { reader, flags, version } = body;
  switch (body.type) {
    case DISCONNECT:
      return { type: 'disconnect', reasonCode: reader.u8(), reason: reader.text() };
    case EVENT:
      return { type: 'event', id: reader.text(), eventType: reader.text(), timestamp: reader.i64(), data: reader.rest() };
  }
  if (body.side === 'server') {
    switch (body.type) {
      case SEND:
        return send(reader, flags, version);
      case RECVACK:
        return { type: 'recvack', flags, messageId: reader.i64(), messageSeq: seq(reader, version) };
      case CONNECT:
        return connect(reader);
      case SUB:
        return sub(reader);
      default:
        return null;
    }
  }
  switch (body.type) {
    case RECV:
      return recv(reader, flags, version);
    case SENDACK:
      return sendack(reader, flags, version);
    case CONNACK:
      return connack(reader, flags);
    case SUBACK:
      return suback(reader);
    default:
      return null;
  }
}

function connect(reader: BodyReader): ConnectFrame {
  const version = reader.u8();
  const deviceFlag = reader.u8();
  const deviceId = reader.text();
  const uid = reader.text();
  const token = reader.text();
  const clientTimestamp = reader.i64();
  return { type: 'connect', version, deviceFlag, deviceId, uid, token, clientTimestamp, clientKey: reader.text() };
}

function connack(reader: BodyReader, flags: number): ConnackFrame {
  const serverVersion = (flags & 1) === 1 ? reader.u8() : null;
  const timeDiff = reader.i64();
  const reasonCode = reader.u8();
  const serverKey = reader.text();
  const salt = reader.text();
  return {
    type: 'connack',
    serverVersion,
    timeDiff,
    reasonCode,
    serverKey,
    salt,
    nodeId: serverVersion === null ? null : reader.i64(),
  };
}

function send(reader: BodyReader, flags: number, version: number): SendFrame {
  const setting = reader.u8();
  const clientSeq = reader.u32();
  const clientMsgNo = reader.text();
  const streamNo = hasStreamField(version, setting) ? reader.text() : '';
  const channelId = reader.text();
  const channelType = reader.u8();
  const expire = version >= 3 ? reader.u32() : 0;
  const msgKey = reader.text();
  const topic = (setting & SETTING_TOPIC) !== 0 ? reader.text() : '';
  return {
    type: 'send',
    flags,
    setting,
    clientSeq,
    clientMsgNo,
    streamNo,
    channelId,
    channelType,
    expire,
    msgKey,
    topic,
    payload: reader.rest(),
  };
}

function sendack(reader: BodyReader, flags: number, version: number): SendackFrame {
  const messageId = reader.i64();
  const clientSeq = reader.u32();
  const messageSeq = seq(reader, version);
  const reasonCode = reader.u8();
  return {
    type: 'sendack',
    flags,
    messageId,
    clientSeq,
    messageSeq,
    reasonCode,
    clientMsgNo: reader.remaining > 1 ? reader.text() : '',
  };
}

function recv(reader: BodyReader, flags: number, version: number): RecvFrame {
  const setting = reader.u8();
  const msgKey = reader.text();
  const fromUid = reader.text();
  const channelId = reader.text();
  const channelType = reader.u8();
  const expire = version >= 3 ? reader.u32() : 0;
  const clientMsgNo = reader.text();
  if (hasStreamField(version, setting)) skipStream(reader);
  const messageId = reader.i64();
  const messageSeq = seq(reader, version);
  const timestamp = reader.i32();
  const topic = (setting & SETTING_TOPIC) !== 0 ? reader.text() : '';
  const head = { type: 'recv', flags, setting, msgKey, fromUid, channelId, channelType, expire } as const;
  return { ...head, clientMsgNo, messageId, messageSeq, timestamp, topic, payload: reader.rest() };
}

/** streamFlag, streamNo, streamId: only foreign servers send them. */
function skipStream(reader: BodyReader): void {
  reader.u8();
  reader.text();
  reader.i64();
}

function sub(reader: BodyReader): SubFrame {
  const setting = reader.u8();
  const subNo = reader.text();
  const channelId = reader.text();
  const channelType = reader.u8();
  const action = reader.u8();
  return { type: 'sub', setting, subNo, channelId, channelType, action, param: reader.text() };
}

function suback(reader: BodyReader): SubackFrame {
  const subNo = reader.text();
  const channelId = reader.text();
  const channelType = reader.u8();
  const action = reader.u8();
  return { type: 'suback', subNo, channelId, channelType, action, reasonCode: reader.u8() };
}

/** u32 up to version 5, u64 from version 6 on. */
function seq(reader: BodyReader, version: number): number {
  return version >= 6 ? Number(reader.i64()) : reader.u32();
}
