import type { Refusal } from '@hufu/refusals';
import { ok, type Outcome, refusalOf, refuse } from '../kernel/outcome.ts';
import type { AppendResult, Draft, Message } from '../domain/model.ts';
import type { Bus, MessageLog } from '../domain/ports.ts';
import type { Log } from '../kernel/log.ts';

export interface AppendLimits {
  /** Messages waiting for the disk before new ones are refused. */
  readonly maxPending: number;
  /** Payload bytes waiting for the disk before new messages are refused. */
  readonly maxPendingBytes: number;
  readonly maxBatch: number;
  /** A batch ends with the message that passes this. */
  readonly maxBatchBytes: number;
}

const DEFAULT_LIMITS: AppendLimits = {
  maxPending: 50_000,
  maxPendingBytes: 64 * 1024 * 1024,
  maxBatch: 1024,
  maxBatchBytes: 4 * 1024 * 1024,
};

export interface AppendQueueOptions extends Partial<AppendLimits> {
  readonly events: Log;
}

/** A draft for the log, or (`pass`) an unstored message that only keeps its place among them. */
interface Waiting {
  readonly draft: Draft;
  readonly resolve: (outcome: Outcome<AppendResult>) => void;
  readonly pass: (() => void) | null;
}

/**
 * Gathers drafts of all connections into batches: the next batch forms while the last one is syncing, so there is one sync for
 * many messages and no artificial delay. After each commit its senders are answered, then the batch goes on the bus.
 */
export class AppendQueue {
  readonly #log: Pick<MessageLog, 'append'>;
  readonly #bus: Bus;
  readonly #limits: AppendLimits;
  readonly #events: Log;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #running = false;
  #lastEphemeralId = 0;

  constructor(log: Pick<MessageLog, 'append'>, bus: Bus, options: AppendQueueOptions) {
    this.#log = log;
    this.#bus = bus;
    this.#limits = { ...DEFAULT_LIMITS, ...options };
    this.#events = options.events;
  }

  append(draft: Draft): Promise<Outcome<AppendResult>> {
    const full = this.#whenFull();
    if (full !== null) return Promise.resolve(full);
    return new Promise((resolve) => this.#push({ draft, resolve, pass: null }));
  }

  /**
   * Hands an unstored message on, with its negative id, when everything that was said before it is on disk and delivered: it must not overtake what its sender
   * said. With nothing in the way that is now. Answers the id.
   */
  async pass(draft: Draft, handOn: (message: Message) => void): Promise<Outcome<number>> {
    const full = this.#whenFull();
    if (full !== null) return full;
    this.#lastEphemeralId -= 1;
    const id = this.#lastEphemeralId;
    const message = messageOf(draft, id, 0);
    if (!this.#running) handOn(message);
    else
      await new Promise<void>((resolve) => {
        const pass = (): void => {
          handOn(message);
          resolve();
        };
        this.#push({ draft, resolve: () => {}, pass });
      });
    return ok(id);
  }

  #whenFull(): { readonly ok: false; readonly refusal: Refusal } | null {
    const { maxPending, maxPendingBytes } = this.#limits;
    if (this.#waiting.length < maxPending && this.#waitingBytes < maxPendingBytes) return null;
    return refuse('srv.overloaded', { pending: this.#waiting.length, pendingBytes: this.#waitingBytes }, 1);
  }

  #push(one: Waiting): void {
    this.#waiting.push(one);
    this.#waitingBytes += one.draft.payload.byteLength;
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      const outcome = await this.#commit(batch);
      try {
        this.#settle(batch, outcome);
      } catch (error) {
        // A listener of the bus has a bug: its senders are answered, and the next batch must not wait for ever.
        this.#events.error({ error: String(error) }, 'a committed batch could not be passed on');
      }
    }
    this.#running = false;
  }

  #take(): readonly Waiting[] {
    const { maxBatch, maxBatchBytes } = this.#limits;
    const waiting = this.#waiting;
    let bytes = 0;
    let count = 0;
    while (count < waiting.length && count < maxBatch && bytes < maxBatchBytes)
      bytes += waiting[count++]?.draft.payload.byteLength ?? 0;
    this.#waiting = waiting.slice(count);
    this.#waitingBytes -= bytes;
    waiting.length = count;
    return waiting;
  }

  async #commit(batch: readonly Waiting[]): Promise<Outcome<readonly AppendResult[]>> {
    const drafts: Draft[] = [];
    for (const one of batch) if (one.pass === null) drafts.push(one.draft);
    if (drafts.length === 0) return ok([]);
    try {
      return await this.#log.append(drafts);
    } catch (error) {
      return { ok: false, refusal: refusalOf(error) };
    }
  }

  /** In the order of the batch: an unstored message goes on between what was stored before and after it. */
  #settle(batch: readonly Waiting[], outcome: Outcome<readonly AppendResult[]>): void {
    let stored: Message[] = [];
    let answered = 0;
    for (const one of batch) {
      if (one.pass !== null) {
        this.#publish(stored);
        stored = [];
        one.pass();
      } else if (!outcome.ok) one.resolve(outcome);
      else {
        const result = outcome.value[answered++];
        one.resolve(result === undefined ? TOO_FEW_RESULTS : ok(result));
        if (result?.status === 'stored') stored.push(messageOf(one.draft, result.id, result.seq));
      }
    }
    this.#publish(stored);
  }

  #publish(stored: readonly Message[]): void {
    const first = stored[0];
    const last = stored.at(-1);
    if (first !== undefined && last !== undefined)
      this.#bus.publishStored({ fromId: first.id - 1, toId: last.id, batch: stored });
  }
}

const TOO_FEW_RESULTS = refuse('srv.fault', { error: 'the store answered fewer results than messages' });

/** The message a draft became. */
export function messageOf(draft: Draft, id: number, seq: number): Message {
  return {
    id,
    ch: draft.ch,
    seq,
    sender: draft.sender,
    clientMsgNo: draft.clientMsgNo,
    flags: draft.flags,
    tsMs: draft.tsMs,
    expireSeconds: draft.expireSeconds,
    topic: draft.topic,
    payload: draft.payload,
    ...(draft.origin === undefined ? {} : { origin: draft.origin }),
  };
}
