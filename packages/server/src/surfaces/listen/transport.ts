import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { type ByteSink, Outbox } from '../../runtime/outbox.ts';
import { wsFrames } from './ws-frames.ts';

/** A connection below the protocol: frames out, bytes in. One object each, no closures: an idle connection is mostly this. */
export interface Transport {
  readonly kind: 'tcp' | 'ws';
  /** Set by the connection above it. */
  owner: TransportOwner | null;
  send(frame: Uint8Array): void;
  /** Sends what is gathered, says goodbye in its own way (a WebSocket carries code and reason), and is gone at most 2 s later. */
  close(code: number, reason: string): void;
  destroy(): void;
  /** Stops reading: the peer's sends wait in its own machine. */
  pause(): void;
  resume(): void;
}

export interface TransportOwner {
  /** The peer takes less than it is sent. */
  onSlow(): void;
}

const LINGER_MS = 2000;

/** TCP: all frames of a tick leave in one write. */
export class TcpTransport implements Transport, ByteSink {
  readonly kind = 'tcp';
  owner: TransportOwner | null = null;
  readonly #socket: Socket;
  readonly #outbox: Outbox;

  constructor(socket: Socket, outboxBytes: number) {
    this.#socket = socket;
    this.#outbox = new Outbox(this, outboxBytes);
  }

  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  write(frames: readonly Uint8Array[], bytes: number): void {
    const [only] = frames;
    if (this.#socket.writable)
      this.#socket.write(frames.length === 1 && only !== undefined ? only : Buffer.concat(frames, bytes));
  }

  onSlow(): void {
    this.owner?.onSlow();
  }

  send(frame: Uint8Array): void {
    this.#outbox.push(frame);
  }

  close(): void {
    const socket = this.#socket;
    this.#outbox.close();
    socket.resume();
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}

/**
 * WebSocket: exactly one frame per message, because the npm SDK cuts several frames in one message wrongly, and all messages of a tick in one write.
 * The messages are framed here: without compression `ws` keeps no state of its own between two of them.
 */
export class WsTransport implements Transport, ByteSink {
  readonly kind = 'ws';
  owner: TransportOwner | null = null;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #opcode: number;
  readonly #outbox: Outbox;

  constructor(ws: WebSocket, socket: Socket, options: { readonly outboxBytes: number; readonly opcode: number }) {
    this.#ws = ws;
    this.#socket = socket;
    this.#opcode = options.opcode;
    this.#outbox = new Outbox(this, options.outboxBytes);
  }

  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  write(frames: readonly Uint8Array[]): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#socket.write(wsFrames(this.#opcode, frames));
  }

  onSlow(): void {
    this.owner?.onSlow();
  }

  send(frame: Uint8Array): void {
    this.#outbox.push(frame);
  }

  close(code: number, reason: string): void {
    const ws = this.#ws;
    this.#outbox.close();
    if (ws.isPaused) ws.resume();
    ws.close(code, reason);
    setTimeout(() => ws.terminate(), LINGER_MS).unref();
  }

  destroy(): void {
    this.#ws.terminate();
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }
}
