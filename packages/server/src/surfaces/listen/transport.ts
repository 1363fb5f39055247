import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { Outbox } from '../../runtime/outbox.ts';
import { wsFrames } from './ws-frames.ts';

/** A connection below the protocol: frames out, bytes in. */
export interface Transport {
  readonly kind: 'tcp' | 'ws';
  send(frame: Uint8Array): void;
  /** Sends what is gathered, says goodbye in its own way (a WebSocket carries code and reason), and is gone at most 2 s later. */
  close(code: number, reason: string): void;
  destroy(): void;
  /** Stops reading: the peer's sends wait in its own machine. */
  pause(): void;
  resume(): void;
}

export interface TransportLimits {
  readonly outboxBytes: number;
  onSlow(): void;
}

const LINGER_MS = 2000;

/** TCP: all frames of a tick leave in one write. */
export function tcpTransport(socket: Socket, limits: TransportLimits): Transport {
  const sink = {
    write(frames: readonly Uint8Array[], bytes: number): void {
      const [only] = frames;
      if (socket.writable) socket.write(frames.length === 1 && only !== undefined ? only : Buffer.concat(frames, bytes));
    },
    get backlogBytes() {
      return socket.writableLength;
    },
  };
  const outbox = new Outbox(sink, limits.outboxBytes, () => limits.onSlow());
  return {
    kind: 'tcp',
    send: (frame) => outbox.push(frame),
    close: () => {
      outbox.close();
      socket.resume();
      socket.end();
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
    },
    destroy: () => socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

/**
 * WebSocket: exactly one frame per message, because the npm SDK cuts several frames in one message wrongly, and all messages of a tick in one write.
 * The messages are framed here: without compression `ws` keeps no state of its own between two of them.
 */
export function wsTransport(ws: WebSocket, socket: Socket, options: TransportLimits & { readonly opcode: number }): Transport {
  const sink = {
    write(frames: readonly Uint8Array[]): void {
      if (ws.readyState === ws.OPEN) socket.write(wsFrames(options.opcode, frames));
    },
    get backlogBytes() {
      return socket.writableLength;
    },
  };
  const outbox = new Outbox(sink, options.outboxBytes, () => options.onSlow());
  return {
    kind: 'ws',
    send: (frame) => outbox.push(frame),
    close: (code, reason) => {
      outbox.close();
      if (ws.isPaused) ws.resume();
      ws.close(code, reason);
      setTimeout(() => ws.terminate(), LINGER_MS).unref();
    },
    destroy: () => ws.terminate(),
    pause: () => ws.pause(),
    resume: () => ws.resume(),
  };
}
