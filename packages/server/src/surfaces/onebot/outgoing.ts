import { WebSocket } from 'ws';

const MAX_FRAMES = 2000;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * What is on its way to one socket: at most 2 000 frames or 16 MiB. When that is full events are dropped and counted; answers never are, instead
 * no further request is read until there is room.
 */
export class Outgoing {
  readonly #socket: WebSocket;
  #frames = 0;
  #bytes = 0;
  #fullSinceMs: number | null = null;
  droppedEvents = 0;
  sent = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Queues an event; false = dropped. */
  event(text: string, written: () => void): boolean {
    if (this.#isFull() || this.#socket.readyState !== WebSocket.OPEN) {
      this.droppedEvents += 1;
      written();
      return false;
    }
    this.#send(text, written);
    return true;
  }

  answer(text: string, written: () => void): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return written();
    this.#send(text, written);
    if (this.#isFull() && !this.#socket.isPaused) this.#socket.pause();
  }

  /** Ms for which the queue has been full, 0 when it is not. */
  fullForMs(nowMs: number): number {
    return this.#fullSinceMs === null ? 0 : nowMs - this.#fullSinceMs;
  }

  #send(text: string, written: () => void): void {
    const bytes = Buffer.byteLength(text);
    this.#frames += 1;
    this.#bytes += bytes;
    if (this.#isFull()) this.#fullSinceMs ??= Date.now();
    this.#socket.send(text, () => {
      this.#frames -= 1;
      this.#bytes -= bytes;
      this.sent += 1;
      if (!this.#isFull()) {
        this.#fullSinceMs = null;
        if (this.#socket.isPaused) this.#socket.resume();
      }
      written();
    });
  }

  #isFull(): boolean {
    return this.#frames >= MAX_FRAMES || this.#bytes >= MAX_BYTES;
  }
}
