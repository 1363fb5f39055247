/** JSON-RPC 2.0 as WuKongIM speaks it over WebSocket; flags and settings are the bit fields of WKProto. */

/** Sent back as it came. Clients of the Easy family send strings. */
export type RpcId = string | number;

export interface RpcConnectParams {
  readonly uid: string;
  readonly token: string;
  /** 0 or absent: the latest. */
  readonly version: number;
  readonly deviceId: string;
  readonly deviceFlag: number;
  /** Unix ms; 0 when absent. */
  readonly clientTimestamp: number;
  readonly clientKey: string;
}

export interface RpcSendParams {
  /** 1 noPersist, 2 redDot, 4 syncOnce, 8 dup. */
  readonly flags: number;
  /** 128 receipt, 32 signal, 8 topic, 2 stream. */
  readonly setting: number;
  readonly channelId: string;
  readonly channelType: number;
  /** In clear. */
  readonly payload: Uint8Array;
  readonly clientMsgNo: string;
  /** Seconds, 0 = never. */
  readonly expire: number;
  readonly topic: string;
  readonly streamNo: string;
}

export interface RpcRecvackParams {
  readonly flags: number;
  readonly messageId: bigint;
  readonly messageSeq: number;
}

export interface RpcDisconnectParams {
  readonly reasonCode: number;
  readonly reason: string;
}

export interface RpcSubscribeParams {
  readonly subNo: string;
  readonly channelId: string;
  readonly channelType: number;
  readonly param: string;
}

/** What a client may say. `id` is null where it wants no answer. */
export type RpcMessage =
  | { readonly method: 'connect'; readonly id: RpcId; readonly params: RpcConnectParams }
  | { readonly method: 'send'; readonly id: RpcId | null; readonly params: RpcSendParams }
  | { readonly method: 'ping'; readonly id: RpcId | null }
  | { readonly method: 'recvack'; readonly id: RpcId | null; readonly params: RpcRecvackParams }
  | { readonly method: 'disconnect'; readonly id: RpcId | null; readonly params: RpcDisconnectParams }
  | { readonly method: 'subscribe' | 'unsubscribe'; readonly id: RpcId | null; readonly params: RpcSubscribeParams };

/** Codes of JSON-RPC 2.0 §5.1. */
export const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;
export const METHOD_NOT_FOUND = -32_601;
export const INVALID_PARAMS = -32_602;

/** Why a text is no message. `id` is the one to answer with, null when none could be read. */
export interface RpcProblem {
  readonly id: RpcId | null;
  readonly code: typeof PARSE_ERROR | typeof INVALID_REQUEST | typeof METHOD_NOT_FOUND | typeof INVALID_PARAMS;
  /** Names the field; may be shown to the peer. */
  readonly problem: string;
}

export type RpcParsed = { readonly ok: true; readonly message: RpcMessage } | { readonly ok: false; readonly error: RpcProblem };

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly reason: string; readonly requestId: string };
}
