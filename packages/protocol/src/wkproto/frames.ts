/** WKProto frames as values. `flags` is the low nibble of the first byte: 1 noPersist, 2 redDot, 4 syncOnce, 8 dup. */

/** Stored ids are safe integers; a negative one is an unstored message and stands for 2^62 − id on the wire. */
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
  readonly channelId: string;
  readonly channelType: number;
  readonly expire: number;
  readonly msgKey: string;
  readonly topic: string;
  /** As on the wire: Base64 text of the ciphertext. A view into the received chunk. */
  readonly payload: Uint8Array;
}

export interface SendackFrame {
  readonly type: 'sendack';
  readonly messageId: bigint;
  readonly clientSeq: number;
  readonly messageSeq: number;
  readonly reasonCode: number;
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
  readonly subNo: string;
  readonly channelId: string;
  readonly channelType: number;
  readonly action: number;
}

export interface EventFrame {
  readonly type: 'event';
  readonly id: string;
  readonly eventType: string;
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
  | { readonly type: 'suback' }
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
