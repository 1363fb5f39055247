import { FLAG_NO_PERSIST } from '../domain/model.ts';
import type { Delivery } from './session.ts';

const RETRY_AFTER_MS = 60_000;
const MAX_RETRIES = 5;
const MAX_KEPT = 1024;
const MAX_KEPT_BYTES = 1024 * 1024;

interface Kept {
  readonly delivery: Delivery;
  dueMs: number;
  retries: number;
}

/**
 * Stored messages that one connection has not acknowledged: each is delivered again after a minute, at most five times, as WuKongIM does. What is kept is the
 * message that all receivers share, and a bounded number of them: the oldest leaves, it stays in history.
 */
export class Unacked {
  /** In the order they are due. */
  readonly #kept = new Map<number, Kept>();
  #bytes = 0;

  get size(): number {
    return this.#kept.size;
  }

  add(delivery: Delivery, nowMs: number): void {
    this.#keep({ delivery, dueMs: nowMs + RETRY_AFTER_MS, retries: 0 });
    while (this.#kept.size > MAX_KEPT || (this.#bytes > MAX_KEPT_BYTES && this.#kept.size > 1)) {
      const oldest = this.#kept.keys().next().value;
      if (oldest === undefined) return;
      this.#remove(oldest);
    }
  }

  /** `flags` of the acknowledgement: one that says noPersist is about an unstored message and clears nothing. */
  acknowledge(ack: { readonly messageId: bigint; readonly flags: number }): void {
    if ((ack.flags & FLAG_NO_PERSIST) === 0) this.#remove(Number(ack.messageId));
  }

  resend(nowMs: number, send: (delivery: Delivery) => void): void {
    for (const [id, kept] of this.#kept) {
      if (kept.dueMs > nowMs) return;
      this.#remove(id);
      kept.retries += 1;
      kept.dueMs = nowMs + RETRY_AFTER_MS;
      if (kept.retries < MAX_RETRIES) this.#keep(kept);
      send(kept.delivery);
    }
  }

  #keep(kept: Kept): void {
    const { message } = kept.delivery;
    this.#remove(message.id);
    this.#kept.set(message.id, kept);
    this.#bytes += message.payload.byteLength;
  }

  #remove(id: number): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    this.#bytes -= kept.delivery.message.payload.byteLength;
  }
}
