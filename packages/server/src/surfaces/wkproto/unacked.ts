const RETRY_AFTER_MS = 60_000;
const MAX_RETRIES = 5;
const MAX_KEPT = 4096;

interface Kept {
  readonly frame: Uint8Array;
  dueMs: number;
  retries: number;
}

/** Stored messages that this connection has not acknowledged. Bounded: the oldest leaves, it stays in history. */
export class Unacked {
  readonly #kept = new Map<number, Kept>();

  add(id: number, frame: Uint8Array): void {
    if (this.#kept.size >= MAX_KEPT) {
      const oldest = this.#kept.keys().next().value;
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    this.#kept.set(id, { frame, dueMs: Date.now() + RETRY_AFTER_MS, retries: 0 });
  }

  acknowledge(ack: { readonly messageId: number | bigint }): void {
    this.#kept.delete(Number(ack.messageId));
  }

  resend(nowMs: number, send: (frame: Uint8Array) => void): void {
    for (const [id, kept] of this.#kept) {
      if (kept.dueMs > nowMs) return;
      this.#kept.delete(id);
      send(kept.frame);
      kept.retries += 1;
      kept.dueMs = nowMs + RETRY_AFTER_MS;
      if (kept.retries < MAX_RETRIES) this.#kept.set(id, kept);
    }
  }
}
