import { toBase64 } from './base64.ts';
import { headerObject, settingObject } from './fields.ts';
import type { RpcError, RpcId } from './messages.ts';

export interface RpcConnected {
  readonly serverVersion: number;
  readonly timeDiff: number;
  readonly nodeId: number;
}

export interface RpcSent {
  /** As decimal text: it may be above 2^53. */
  readonly messageId: string;
  readonly messageSeq: number;
  readonly reasonCode: number;
  /** The flags of the `send` that is answered. */
  readonly flags: number;
}

export interface RpcRecv {
  readonly flags: number;
  readonly setting: number;
  readonly fromUid: string;
  readonly channelId: string;
  readonly channelType: number;
  readonly expire: number;
  readonly clientMsgNo: string;
  readonly messageId: string;
  readonly messageSeq: number;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface RpcEvent {
  /** The Easy SDK drops events with an empty id or type. */
  readonly id: string;
  readonly type: string;
  readonly timestampMs: number;
  readonly data: string;
}

/** The accepted connect. Payloads are in clear on this wire, so keys are empty; the Easy SDK for iOS cannot do without the two fields. */
export function encodeConnected(id: RpcId, { serverVersion, timeDiff, nodeId }: RpcConnected): string {
  return encodeResult(id, { serverVersion, serverKey: '', salt: '', timeDiff, reasonCode: 1, nodeId });
}

export function encodeSent(id: RpcId, { messageId, messageSeq, reasonCode, flags }: RpcSent): string {
  return encodeResult(id, { header: headerObject(flags), messageId, messageSeq, reasonCode });
}

/** `{}` as the result answers a ping. Keys that are undefined are left out. */
export function encodeResult(id: RpcId, result: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

/** A refusal: `data.reason` is its public code. Without a readable id it goes out with `id: null` (JSON-RPC 2.0 §5). */
export function encodeError(id: RpcId | null, error: RpcError): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error });
}

/** `header` goes out even when empty: the Easy SDKs for Python, Flutter and iOS drop the connection or the message without it. */
export function encodeRecv(recv: RpcRecv): string {
  return encodeNotification('recv', {
    header: headerObject(recv.flags) ?? {},
    setting: settingObject(recv.setting),
    expire: orAbsent(recv.expire),
    messageId: recv.messageId,
    messageSeq: recv.messageSeq,
    clientMsgNo: orAbsent(recv.clientMsgNo),
    timestamp: recv.timestamp,
    channelId: recv.channelId,
    channelType: recv.channelType,
    topic: orAbsent(recv.topic),
    fromUid: recv.fromUid,
    payload: toBase64(recv.payload),
  });
}

export function encodeEvent({ id, type, timestampMs, data }: RpcEvent): string {
  return encodeNotification('event', { id, type, timestamp: timestampMs, data });
}

export function encodeDisconnect(reasonCode: number, reason: string): string {
  return encodeNotification('disconnect', { reasonCode, reason });
}

function encodeNotification(method: string, params: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

function orAbsent<T extends string | number>(value: T): T | undefined {
  return value === '' || value === 0 ? undefined : value;
}
