/** WKProto frames as values. `flags` is the low nibble of the first byte: 1 noPersist, 2 redDot, 4 syncOnce, 8 dup. */

/** Stored ids are safe integers; a negative one is an unstored message, written as 2^62 − id on the wire. */
export type MessageId = number;

export interface ConnectFrame {
  readonly type: 'connect';
  readonly version: number;
  readonly deviceFlag: number;
  readonly deviceId: string;
  readonly uid: string;
  readonly token: string;
  /** Unix ms; the v2 Go client sends seconds. */
  readonly clientTimestamp: bigint;
  /** Base64 of the 32-byte X25519 public key. */
  readonly clientKey: string;
}

export interface ConnackFrame {
  readonly type: 'connack';
  /** Present for clients of version ≥ 4. */
  readonly serverVersion: number | null;
  readonly timeDiff: bigint;
  readonly reasonCode: number;
  readonly serverKey: string;
  readonly salt: string;
  readonly nodeId: bigint | null;
}

export interface SendFrame {
  readonly type: 'send';
  readonly flags: number;
  readonly setting: number;
  readonly clientSeq: number;
  readonly clientMsgNo: string;
  /** Only versions 2 to 4 send one, with the stream bit. */
  readonly streamNo: string;
  readonly channelId: string;
  readonly channelType: number;
  /** Seconds, 0 = never. */
  readonly expire: number;
  readonly msgKey: string;
  readonly topic: string;
  /** As on the wire: Base64 text of the ciphertext. A view into the received chunk. */
  readonly payload: Uint8Array;
}

export interface SendackFrame {
  readonly type: 'sendack';
  readonly flags: number;
  readonly messageId: bigint;
  readonly clientSeq: number;
  readonly messageSeq: number;
  readonly reasonCode: number;
  /** Servers of generation 3 append it, others leave it out ('' here). */
  readonly clientMsgNo: string;
}

export interface RecvFrame {
  readonly type: 'recv';
  readonly flags: number;
  readonly setting: number;
  readonly msgKey: string;
  readonly fromUid: string;
  readonly channelId: string;
  readonly channelType: number;
  readonly expire: number;
  readonly clientMsgNo: string;
  readonly messageId: bigint;
  readonly messageSeq: number;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface RecvackFrame {
  readonly type: 'recvack';
  readonly flags: number;
  readonly messageId: bigint;
  readonly messageSeq: number;
}

export interface DisconnectFrame {
  readonly type: 'disconnect';
  readonly reasonCode: number;
  readonly reason: string;
}

export interface SubFrame {
  readonly type: 'sub';
  readonly setting: number;
  readonly subNo: string;
  readonly channelId: string;
  readonly channelType: number;
  /** 0 subscribe, 1 unsubscribe. */
  readonly action: number;
  /** JSON or query text. */
  readonly param: string;
}

export interface SubackFrame {
  readonly type: 'suback';
  readonly subNo: string;
  readonly channelId: string;
  readonly channelType: number;
  readonly action: number;
  readonly reasonCode: number;
}

export interface EventFrame {
  readonly type: 'event';
  readonly id: string;
  readonly eventType: string;
  /** Unix ms. */
  readonly timestamp: bigint;
  readonly data: Uint8Array;
}

export type Frame =
  | ConnectFrame
  | ConnackFrame
  | SendFrame
  | SendackFrame
  | RecvFrame
  | RecvackFrame
  | { readonly type: 'ping' }
  | { readonly type: 'pong' }
  | DisconnectFrame
  | SubFrame
  | SubackFrame
  | EventFrame;

export const CONNECT = 1;
export const CONNACK = 2;
export const SEND = 3;
export const SENDACK = 4;
export const RECV = 5;
export const RECVACK = 6;
export const PING = 7;
export const PONG = 8;
export const DISCONNECT = 9;
export const SUB = 10;
export const SUBACK = 11;
export const EVENT = 12;

export const SETTING_TOPIC = 8;
export const SETTING_STREAM = 2;
/** The stream bit of the npm JS SDK. */
export const SETTING_STREAM_OLD = 4;

/** Whether a SEND or RECV of this version and setting carries the stream fields. */
export function hasStreamField(version: number, setting: number): boolean {
  return version >= 2 && version < 5 && (setting & SETTING_STREAM) !== 0;
}
