import type { WebSocket } from 'ws';

const MARK_AFTER_MS = 100;

/**
 * Learns which events have arrived. OneBot has no receipts for events, and bytes that the kernel took may never be read (a dead line, a killed bot): a ping
 * sent behind an event carries its position, and the pong (RFC 6455, 5.5.3) says that everything before it was read by the peer.
 */
export class Marks {
  readonly #socket: Pick<WebSocket, 'ping'>;
  readonly #onArrived: (position: number) => void;
  #written = 0;
  #sent = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(socket: Pick<WebSocket, 'ping'>, onArrived: (position: number) => void) {
    this.#socket = socket;
    this.#onArrived = onArrived;
  }

  /** All events up to this position have left. */
  written(position: number): void {
    this.#written = position;
    this.#timer ??= setTimeout(() => this.#mark(), MARK_AFTER_MS).unref();
  }

  pong(data: Buffer): void {
    const position = /^\d{1,16}$/.test(data.toString('latin1')) ? Number(data.toString('latin1')) : 0;
    if (position > 0 && position <= this.#sent) this.#onArrived(position);
  }

  /** `clean`: both sides said goodbye, so the peer has read all that was written. */
  stop(clean: boolean): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (clean && this.#written > 0) this.#onArrived(this.#written);
  }

  #mark(): void {
    this.#timer = null;
    if (this.#sent === this.#written) return;
    this.#sent = this.#written;
    this.#socket.ping(String(this.#sent));
  }
}
