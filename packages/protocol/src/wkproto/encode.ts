import { BodyWriter } from './body-writer.ts';
import {
  CONNACK,
  CONNECT,
  DISCONNECT,
  EVENT,
  type Frame,
  hasStreamField,
  PING,
  PONG,
  RECV,
  RECVACK,
  type RecvFrame,
  SEND,
  SENDACK,
  SETTING_STREAM,
  SETTING_STREAM_OLD,
  SETTING_TOPIC,
  SUB,
  SUBACK,
  type SendFrame,
} from './frames.ts';
import { writeSeq } from './writer.ts';

const body = new BodyWriter();

/**
 * Any frame as bytes for a peer of that protocol version, just as given (nothing is encrypted). Clients and tests use it; the server's hot path is FrameWriter.
 * The inverse of FrameDecoder.
 */
export function encodeFrame(frame: Frame, version: number): Uint8Array {
  body.begin(64 + upperBound(frame));
  switch (frame.type) {
    case 'ping':
      return new Uint8Array([PING << 4]);
    case 'pong':
      return new Uint8Array([PONG << 4]);
    case 'connect':
      body.u8(frame.version);
      body.u8(frame.deviceFlag);
      texts(frame.deviceId, frame.uid, frame.token);
      body.i64(frame.clientTimestamp);
      body.text(frame.clientKey);
      return body.finish(CONNECT, 0);
    case 'connack':
      if (frame.serverVersion !== null) body.u8(frame.serverVersion);
      body.i64(frame.timeDiff);
      body.u8(frame.reasonCode);
      texts(frame.serverKey, frame.salt);
      if (frame.nodeId !== null) body.i64(frame.nodeId);
      return body.finish(CONNACK, frame.serverVersion === null ? 0 : 1);
    case 'send':
      return send(frame, version);
    case 'sendack':
      body.i64(frame.messageId);
      body.u32(frame.clientSeq);
      writeSeq(body, frame.messageSeq, version);
      body.u8(frame.reasonCode);
      if (frame.clientMsgNo !== '') body.text(frame.clientMsgNo);
      return body.finish(SENDACK, frame.flags);
    case 'recv':
      return recv(frame, version);
    case 'recvack':
      body.i64(frame.messageId);
      writeSeq(body, frame.messageSeq, version);
      return body.finish(RECVACK, frame.flags);
    case 'disconnect':
      body.u8(frame.reasonCode);
      body.text(frame.reason);
      return body.finish(DISCONNECT, 0);
    case 'sub':
      body.u8(frame.setting);
      texts(frame.subNo, frame.channelId);
      body.u8(frame.channelType);
      body.u8(frame.action);
      body.text(frame.param);
      return body.finish(SUB, 0);
    case 'suback':
      texts(frame.subNo, frame.channelId);
      body.u8(frame.channelType);
      body.u8(frame.action);
      body.u8(frame.reasonCode);
      return body.finish(SUBACK, 0);
    case 'event':
      texts(frame.id, frame.eventType);
      body.i64(frame.timestamp);
      body.raw(frame.data);
      return body.finish(EVENT, 0);
  }
}

function send(frame: SendFrame, version: number): Uint8Array {
  body.u8(frame.setting);
  body.u32(frame.clientSeq);
  body.text(frame.clientMsgNo);
  if (hasStreamField(version, frame.setting)) body.text(frame.streamNo);
  body.text(frame.channelId);
  body.u8(frame.channelType);
  if (version >= 3) body.u32(frame.expire);
  body.text(frame.msgKey);
  if ((frame.setting & SETTING_TOPIC) !== 0) body.text(frame.topic);
  body.raw(frame.payload);
  return body.finish(SEND, frame.flags);
}

function recv(frame: RecvFrame, version: number): Uint8Array {
  const setting = version < 5 ? frame.setting & ~(SETTING_STREAM | SETTING_STREAM_OLD) : frame.setting;
  body.u8(setting);
  texts(frame.msgKey, frame.fromUid, frame.channelId);
  body.u8(frame.channelType);
  if (version >= 3) body.u32(frame.expire);
  body.text(frame.clientMsgNo);
  body.i64(frame.messageId);
  writeSeq(body, frame.messageSeq, version);
  body.u32(frame.timestamp);
  if ((setting & SETTING_TOPIC) !== 0) body.text(frame.topic);
  body.raw(frame.payload);
  return body.finish(RECV, frame.flags);
}

function texts(...values: readonly string[]): void {
  for (const value of values) body.text(value);
}

/** Bytes of all texts and payloads at most; the numbers are in the 64 beside it. */
function upperBound(frame: Frame): number {
  let bytes = 0;
  for (const value of Object.values(frame)) {
    if (typeof value === 'string') bytes += value.length * 3 + 2;
    else if (value instanceof Uint8Array) bytes += value.byteLength;
  }
  return bytes;
}
