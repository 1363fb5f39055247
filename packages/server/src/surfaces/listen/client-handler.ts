import type { Socket } from 'node:net';
import type { Refusal } from '@hufu/refusals';
import type { WebSocket } from 'ws';
import type { Peer } from './peer.ts';

/** One chat client above its socket, whatever protocol it speaks. */
export interface ClientHandler {
  /** A read from a TCP socket, or a binary WebSocket message. The bytes are the caller's again when this returns. */
  onBytes(bytes: Buffer): void;
  /** A WebSocket text message. */
  onText(bytes: Buffer): void;
  /** A WebSocket ping: a sign of life below the protocol. */
  onAlive(): void;
  /** What arrives cannot be read, says the layer below. */
  onBroken(problem: string): void;
  onClosed(): void;
}

/** The protocols of chat clients; which one a client speaks is told by the first thing it says. */
export interface ClientProtocol {
  onSocket(socket: Socket, peer: Peer): ClientHandler;
  onWebSocket(ws: WebSocket, socket: Socket, peer: Peer): ClientHandler;
}

export interface AcceptOptions {
  readonly binary: ClientProtocol;
  readonly json: ClientProtocol;
  /** A peer that never came as far as a protocol is let go; answers the request id. */
  refuse(refusal: Refusal, peer: Peer): string;
}

/** `{` after any white space begins JSON-RPC; CONNECT begins with 0x10. */
export function startsLikeJson(bytes: Uint8Array): boolean {
  for (const byte of bytes.subarray(0, 64)) {
    if (byte === 0x7b) return true;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return false;
}
