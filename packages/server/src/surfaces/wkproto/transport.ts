import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { Outbox } from '../../runtime/outbox.ts';

/** A connection below the protocol: frames out, bytes in. */
export interface Transport {
  readonly kind: 'tcp' | 'ws';
  send(frame: Uint8Array): void;
  /** Sends what is gathered, says goodbye in its own way (a WebSocket carries code and reason), and is gone at most 2 s later. */
  close(code: number, reason: string): void;
  destroy(): void;
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
  const outbox = new Outbox(
    {
      write: (bytes) => void socket.write(bytes),
      get backlogBytes() {
        return socket.writableLength;
      },
    },
    limits.outboxBytes,
    () => limits.onSlow(),
  );
  return {
    kind: 'tcp',
    send: (frame) => outbox.push(frame),
    close: () => {
      outbox.close();
      socket.end();
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
    },
    destroy: () => socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

/** WebSocket: exactly one frame per message, because the npm SDK cuts several frames in one message wrongly; one tick still makes one write. */
export function wsTransport(ws: WebSocket, socket: { cork(): void; uncork(): void }, limits: TransportLimits): Transport {
  let corked = false;
  let slow = false;
  return {
    kind: 'ws',
    send: (frame) => {
      if (ws.readyState !== ws.OPEN) return;
      if (!corked) {
        corked = true;
        socket.cork();
        setImmediate(() => {
          corked = false;
          socket.uncork();
        });
      }
      ws.send(frame, { binary: true, compress: false });
      if (!slow && ws.bufferedAmount > limits.outboxBytes) {
        slow = true;
        limits.onSlow();
      }
    },
    close: (code, reason) => {
      ws.close(code, reason);
      setTimeout(() => ws.terminate(), LINGER_MS).unref();
    },
    destroy: () => ws.terminate(),
    pause: () => ws.pause(),
    resume: () => ws.resume(),
  };
}
