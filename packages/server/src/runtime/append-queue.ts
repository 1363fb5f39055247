import { ok, type Outcome, refuse } from '../kernel/outcome.ts';
import type { AppendResult, Draft, Message } from '../domain/model.ts';
import type { Bus, MessageLog } from '../domain/ports.ts';

export interface AppendQueueOptions {
  /** Messages waiting for the disk before new ones are refused. */
  readonly maxPending: number;
  readonly maxBatch: number;
}

interface Waiting {
  readonly draft: Draft;
  readonly resolve: (outcome: Outcome<AppendResult>) => void;
}

/**
 * Gathers drafts of all connections into batches: the next batch forms while the last one is syncing, so there is one sync for
 * many messages and no artificial delay. After each commit its senders are answered, then the batch goes on the bus.
 */
export class AppendQueue {
  readonly #log: MessageLog;
  readonly #bus: Bus;
  readonly #options: AppendQueueOptions;
  #waiting: Waiting[] = [];
  #running = false;
  #lastEphemeralId = 0;

  constructor(log: MessageLog, bus: Bus, options: AppendQueueOptions) {
    this.#log = log;
    this.#bus = bus;
    this.#options = options;
  }

  get pending(): number {
    return this.#waiting.length;
  }

  append(draft: Draft): Promise<Outcome<AppendResult>> {
    if (this.#waiting.length >= this.#options.maxPending) {
      return Promise.resolve(refuse('srv.overloaded', { pending: this.#waiting.length }, 1));
    }
    return new Promise((resolve) => {
      this.#waiting.push({ draft, resolve });
      if (!this.#running) {
        this.#running = true;
        setImmediate(() => void this.#run());
      }
    });
  }

  /** Gives an unstored message its negative id. */
  nextEphemeralId(): number {
    this.#lastEphemeralId -= 1;
    return this.#lastEphemeralId;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch =
        this.#waiting.length <= this.#options.maxBatch ? this.#waiting : this.#waiting.slice(0, this.#options.maxBatch);
      this.#waiting = batch === this.#waiting ? [] : this.#waiting.slice(this.#options.maxBatch);
      const outcome = await this.#commit(batch);
      this.#settle(batch, outcome);
    }
    this.#running = false;
  }

  async #commit(batch: readonly Waiting[]): Promise<Outcome<readonly AppendResult[]>> {
    try {
      return await this.#log.append(batch.map((one) => one.draft));
    } catch (error) {
      return refuse('srv.fault', { error: String(error) });
    }
  }

  #settle(batch: readonly Waiting[], outcome: Outcome<readonly AppendResult[]>): void {
    if (!outcome.ok) {
      for (const one of batch) one.resolve(outcome);
      return;
    }
    const stored: Message[] = [];
    for (const [index, one] of batch.entries()) {
      const result = outcome.value[index];
      if (result === undefined) {
        one.resolve(refuse('srv.fault', { error: 'the store answered fewer results than messages' }));
        continue;
      }
      one.resolve(ok(result));
      if (result.status === 'stored') stored.push(messageOf(one.draft, result.id, result.seq));
    }
    const first = stored[0];
    const last = stored.at(-1);
    if (first !== undefined && last !== undefined)
      this.#bus.publishStored({ fromId: first.id - 1, toId: last.id, batch: stored });
  }
}

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
