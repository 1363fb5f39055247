import { WebSocket } from 'ws';

const MAX_FRAMES = 2000;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * What is on its way to one socket. Events are bounded by the feed, which leaves in the log what has no room; answers are never dropped, instead
 * no further request is read while 2 000 frames or 16 MiB wait.
 */
export class Outgoing {
  readonly #socket: WebSocket;
  readonly #now: () => number;
  readonly #onSent: () => void;
  #frames = 0;
  #bytes = 0;
  #lastProgressMs = 0;
  #heartbeatWaits = false;

  /** `onSent` counts the frames that have left for the network. */
  constructor(socket: WebSocket, now: () => number, onSent: () => void) {
    this.#socket = socket;
    this.#now = now;
    this.#onSent = onSent;
  }

  /** `written` is not called for what the socket did not take: it stays unread in the feed. */
  event(text: string, written: () => void): void {
    this.#send(text, (taken) => {
      if (taken) written();
    });
  }

  /** `done` is called in every case, once. */
  answer(text: string, done: () => void): void {
    this.#send(text, done);
    if (this.#isFull() && !this.#socket.isPaused) this.#socket.pause();
  }

  /** One that still waits stands for those after it: a slow reader gets no pile of them. */
  heartbeat(text: string): void {
    if (this.#heartbeatWaits) return;
    this.#heartbeatWaits = true;
    this.#send(text, () => (this.#heartbeatWaits = false));
  }

  /** Ms since something waiting has last left; 0 when nothing waits. */
  get stalledMs(): number {
    return this.#frames === 0 ? 0 : this.#now() - this.#lastProgressMs;
  }

  #send(text: string, settled: (taken: boolean) => void): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return settled(false);
    const bytes = Buffer.byteLength(text);
    if (this.#frames === 0) this.#lastProgressMs = this.#now();
    this.#frames += 1;
    this.#bytes += bytes;
    this.#socket.send(text, (error) => {
      this.#frames -= 1;
      this.#bytes -= bytes;
      this.#lastProgressMs = this.#now();
      const taken = !(error instanceof Error);
      if (taken) this.#onSent();
      if (!this.#isFull() && this.#socket.isPaused) this.#socket.resume();
      settled(taken);
    });
  }

  #isFull(): boolean {
    return this.#frames >= MAX_FRAMES || this.#bytes >= MAX_BYTES;
  }
}
