import type { DecisionRecord, DecisionStore } from '../../domain/decision-store.ts';
import type { Log } from '../../kernel/log.ts';
import { networkOf } from '../../kernel/network.ts';
import { remember } from '../../kernel/remember.ts';
import {
  type Decision,
  type DecisionInput,
  type DecisionRow,
  decisionOf,
  type Explanation,
  explanationFor,
  type Learned,
  mayRead,
  readDecision,
  rowFor,
  type Viewer,
} from './decision.ts';
import { type IsSecret, printableEvidence } from './printable.ts';
import { RecordRate } from './record-rate.ts';

export type { DecisionInput, DecisionRow, Explanation, Learned, Viewer } from './decision.ts';

export type RecordedListener = (readerUid: string, requestId: string, code: string) => void;

export interface RecorderOptions {
  readonly now?: () => number;
  readonly isSecret?: IsSecret;
}

/** Decisions kept in memory, and networks whose last one is known. */
const RING = 10_000;
const FLUSH_MS = 100;
const RECOUNT_MS = 1000;
const RECOUNTS_AT_ONCE = 200;

/**
 * Keeps what was refused: the newest in memory, all that the rate allows in their own database; the rest is counted into the last record of its address.
 * A store that is down costs nothing but the database entry: the record goes to the log with the same id, and no answer waits for either.
 */
export class DecisionRecorder {
  readonly #store: DecisionStore;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #isSecret: IsSecret;
  readonly #rate = new RecordRate();
  readonly #ring = new Map<string, Decision>();
  readonly #lastOf = new Map<string, Decision>();
  #last: Decision | null = null;
  #dirty = new Set<Decision>();
  #recounted = new Set<Decision>();
  #flushTimer: NodeJS.Timeout | null = null;
  #recountTimer: NodeJS.Timeout | null = null;
  readonly #listeners = new Set<RecordedListener>();

  constructor(store: DecisionStore, log: Log, options: RecorderOptions = {}) {
    this.#store = store;
    this.#log = log;
    this.#now = options.now ?? Date.now;
    this.#isSecret = options.isSecret ?? (() => false);
  }

  /** Answers the request id that the peer is told; nothing here waits. */
  record(input: DecisionInput): string {
    const nowMs = this.#now();
    const decision = decisionOf(input, nowMs, this.#isSecret);
    remember(this.#ring, decision.id, decision, RING);
    const network = networkOf(input.peer);
    if (!this.#rate.admit(network, nowMs)) {
      this.#count(network);
      return decision.id;
    }
    remember(this.#lastOf, network, decision, RING);
    this.#last = decision;
    decision.stored = true;
    this.#touch(decision);
    // Only for what is kept: a stranger who claims somebody's uid in a loop must not flood that person's page.
    this.#tell(decision);
    return decision.id;
  }

  /** What was found out after the answer had left. */
  addEvidence(requestId: string, learned: Learned): void {
    const decision = this.#ring.get(requestId);
    if (decision === undefined) return;
    decision.evidence = { ...decision.evidence, ...printableEvidence(learned.evidence) };
    const before = shownCode(decision);
    const isNewReader = learned.readerUid !== undefined && learned.readerUid !== decision.readerUid;
    decision.code = learned.code ?? decision.code;
    if (isNewReader) decision.readerUid = learned.readerUid ?? null;
    // What was only counted stays in memory with its evidence, too.
    if (!decision.stored) return;
    this.#touch(decision);
    // A page that already shows the refusal shows its cause now.
    if (isNewReader || shownCode(decision) !== before) this.#tell(decision);
  }

  /** Told of each kept decision that somebody may read, and again when its cause was found out. */
  onRecorded(listener: RecordedListener): void {
    this.#listeners.add(listener);
  }

  /** null for unknown ids and for those the viewer may not read: the two look the same. */
  async explain(requestId: string, viewer: Viewer): Promise<Explanation | null> {
    const decision = this.#ring.get(requestId) ?? (await this.#fromStore(requestId));
    return decision === null || !mayRead(decision, viewer) ? null : explanationFor(decision, viewer);
  }

  /** The newest first; while the store is down, what is in memory. */
  async list(viewer: Viewer, limit: number): Promise<DecisionRow[]> {
    await this.flush();
    const subject = viewer.kind === 'person' ? { subject: viewer.uid } : {};
    const records = await this.#store.list({ sinceMs: 0, limit, ...subject }).catch((error: unknown) => {
      this.#log.warn({ error: String(error) }, 'decisions cannot be read');
      return null;
    });
    const kept =
      records === null
        ? [...this.#ring.values()].reverse().filter((decision) => decision.stored)
        : records.map((record) => this.#ring.get(record.id) ?? readDecision(record.json));
    const rows = kept.flatMap((one) => (one !== null && mayRead(one, viewer) ? [rowFor(one, viewer)] : []));
    return rows.slice(0, limit);
  }

  async flush(): Promise<void> {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    const batch = [...this.#dirty];
    this.#dirty = new Set();
    await this.#write(batch);
  }

  /** The last writes; the store itself is closed by whoever opened it. */
  async close(): Promise<void> {
    if (this.#recountTimer !== null) clearInterval(this.#recountTimer);
    this.#recountTimer = null;
    for (const decision of this.#recounted) this.#dirty.add(decision);
    this.#recounted.clear();
    await this.flush();
  }

  #count(network: string): void {
    const own = this.#lastOf.get(network);
    const counted = own ?? this.#last;
    if (counted === null) return;
    if (own === undefined) counted.repeatedElsewhere += 1;
    else counted.repeated += 1;
    // Counters of many addresses must not become the flood that the rate keeps out.
    this.#recounted.add(counted);
    this.#recountTimer ??= setInterval(() => this.#recount(), RECOUNT_MS).unref();
  }

  #recount(): void {
    for (const decision of [...this.#recounted].slice(0, RECOUNTS_AT_ONCE)) {
      this.#recounted.delete(decision);
      this.#touch(decision);
    }
    if (this.#recounted.size > 0 || this.#recountTimer === null) return;
    clearInterval(this.#recountTimer);
    this.#recountTimer = null;
  }

  #tell(decision: Decision): void {
    const { readerUid, id } = decision;
    if (readerUid !== null) for (const listener of this.#listeners) listener(readerUid, id, shownCode(decision));
  }

  #touch(decision: Decision): void {
    this.#dirty.add(decision);
    this.#flushTimer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  async #write(batch: readonly Decision[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      const put = await this.#store.put(batch.map(recordOf));
      if (put.ok) return;
      this.#toLog(batch, put.refusal.evidence);
    } catch (error) {
      this.#toLog(batch, { error: String(error) });
    }
  }

  #toLog(batch: readonly Decision[], why: Readonly<Record<string, unknown>> | undefined): void {
    for (const decision of batch) this.#log.warn({ requestId: decision.id, decision, ...why }, 'a decision could not be stored');
  }

  async #fromStore(requestId: string): Promise<Decision | null> {
    try {
      const record = await this.#store.get(requestId);
      return record === null ? null : readDecision(record.json);
    } catch (error) {
      this.#log.warn({ requestId, error: String(error) }, 'a decision cannot be read');
      return null;
    }
  }
}

/** As its reader sees it: neither the code nor the telling may say more than the explanation does. */
function shownCode(decision: Decision): string {
  return rowFor(decision, { kind: 'person', uid: decision.readerUid ?? '' }).code;
}

function recordOf(decision: Decision): DecisionRecord {
  return {
    id: decision.id,
    tsMs: decision.tsMs,
    code: decision.code,
    subject: decision.readerUid,
    json: JSON.stringify(decision),
  };
}
