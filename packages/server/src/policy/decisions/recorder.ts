import { definitionOf, type Evidence, isRefusalCode, type Refusal, type RefusalCode } from '@hufu/refusals';
import { operatorText, type OperatorText } from '@hufu/refusals/texts';
import type { Log } from '../../kernel/log.ts';
import { newRequestId } from '../../kernel/ids.ts';
import type { DecisionStore } from './store-port.ts';

/** One refusal on its way into the records. Values come from what the peer sent, never from unset defaults; no secret is among them. */
export interface DecisionInput {
  readonly refusal: Refusal;
  readonly surface: string;
  readonly listener: string;
  readonly peer: string;
  /** Route, packet or action. */
  readonly subjectOfCall: string;
  readonly claimed: Evidence;
  /** Account that may read it beside the operator: the own one, or the bot's owner. */
  readonly readerUid: string | null;
  /** What the peer was told. */
  readonly answer: string;
}

interface Decision extends DecisionInput {
  readonly id: string;
  readonly tsMs: number;
  code: RefusalCode;
  evidence: Evidence;
  /** Further ones from the same address that were counted, not kept. */
  repeated: number;
}

export type Viewer = { readonly kind: 'operator' } | { readonly kind: 'person'; readonly uid: string };

export interface Explanation {
  readonly requestId: string;
  readonly code: string;
  readonly publicCode: string;
  readonly timeIso: string;
  readonly surface: string;
  readonly peer: string;
  readonly text: { readonly zh: OperatorText; readonly en: OperatorText };
  readonly evidence: Evidence;
  readonly claimed: Evidence;
}

const RING = 10_000;
const PER_SECOND = 200;
const PER_ADDRESS_PER_SECOND = 5;
const FLUSH_MS = 100;

/**
 * Keeps what was refused: the newest in memory, all that the rate allows in their own database (at most 200 a second, 5 a second from one address; the rest is
 * counted into the address's last record). A store that is down costs records, never an answer.
 */
export class DecisionRecorder {
  readonly #store: DecisionStore;
  readonly #log: Log;
  readonly #ring = new Map<string, Decision>();
  readonly #lastOf = new Map<string, Decision>();
  readonly #inThisSecond = new Map<string, number>();
  #dirty = new Set<Decision>();
  #second = 0;
  #countThisSecond = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #listeners = new Set<(readerUid: string, requestId: string, code: string) => void>();

  constructor(store: DecisionStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  record(input: DecisionInput): string {
    const nowMs = Date.now();
    const decision: Decision = {
      ...input,
      id: newRequestId(nowMs),
      tsMs: nowMs,
      code: input.refusal.code,
      evidence: input.refusal.evidence ?? {},
      repeated: 0,
    };
    if (this.#isTooMany(input.peer, nowMs)) {
      const last = this.#lastOf.get(input.peer);
      if (last !== undefined) {
        last.repeated += 1;
        this.#touch(last);
      }
    } else {
      this.#lastOf.set(input.peer, decision);
      this.#touch(decision);
    }
    this.#ring.set(decision.id, decision);
    if (this.#ring.size > RING) {
      const oldest = this.#ring.keys().next().value;
      if (oldest !== undefined) this.#ring.delete(oldest);
    }
    if (decision.readerUid !== null) for (const listener of this.#listeners) listener(decision.readerUid, decision.id, decision.code);
    return decision.id;
  }

  /** What was found out after the answer had left. */
  addEvidence(requestId: string, evidence: Evidence, code?: RefusalCode): void {
    const decision = this.#ring.get(requestId);
    if (decision === undefined) return;
    decision.evidence = { ...decision.evidence, ...evidence };
    if (code !== undefined) decision.code = code;
    this.#touch(decision);
  }

  onRecorded(listener: (readerUid: string, requestId: string, code: string) => void): void {
    this.#listeners.add(listener);
  }

  /** null for unknown ids and for those the viewer may not read: the two look the same. */
  async explain(requestId: string, viewer: Viewer): Promise<Explanation | null> {
    const decision = this.#ring.get(requestId) ?? (await this.#fromStore(requestId));
    if (decision === null || (viewer.kind === 'person' && decision.readerUid !== viewer.uid)) return null;
    return explanationOf(decision);
  }

  async list(viewer: Viewer, limit: number): Promise<{ requestId: string; code: string; timeIso: string; surface: string; title: string }[]> {
    await this.flush();
    const records = await this.#store.list({ sinceMs: 0, limit, ...(viewer.kind === 'person' ? { subject: viewer.uid } : {}) });
    return records.flatMap((record) => {
      const decision = parse(record.json);
      if (decision === null) return [];
      const text = operatorText(decision.code);
      return [{ requestId: decision.id, code: decision.code, timeIso: new Date(decision.tsMs).toISOString(), surface: decision.surface, title: text.en.title }];
    });
  }

  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#dirty.size === 0) return;
    const batch = [...this.#dirty];
    this.#dirty = new Set();
    const put = await this.#store.put(
      batch.map((decision) => ({ id: decision.id, tsMs: decision.tsMs, code: decision.code, subject: decision.readerUid, json: JSON.stringify(decision) })),
    );
    if (!put.ok) for (const decision of batch) this.#log.warn({ decision: decision.id, code: decision.code }, 'a decision could not be stored');
  }

  #touch(decision: Decision): void {
    this.#dirty.add(decision);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  #isTooMany(address: string, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#countThisSecond = 0;
      this.#inThisSecond.clear();
      if (this.#lastOf.size > RING) this.#lastOf.clear();
    }
    const fromAddress = (this.#inThisSecond.get(address) ?? 0) + 1;
    this.#inThisSecond.set(address, fromAddress);
    this.#countThisSecond += 1;
    return fromAddress > PER_ADDRESS_PER_SECOND || this.#countThisSecond > PER_SECOND;
  }

  async #fromStore(requestId: string): Promise<Decision | null> {
    const record = await this.#store.get(requestId);
    return record === null ? null : parse(record.json);
  }
}

function parse(json: string): Decision | null {
  const decision = JSON.parse(json) as Decision;
  return isRefusalCode(decision.code) ? decision : null;
}

function explanationOf(decision: Decision): Explanation {
  return {
    requestId: decision.id,
    code: decision.code,
    publicCode: definitionOf(decision.code).publicCode,
    timeIso: new Date(decision.tsMs).toISOString(),
    surface: decision.surface,
    peer: decision.peer,
    text: operatorText(decision.code),
    evidence: {
      call: decision.subjectOfCall,
      answer: decision.answer,
      listener: decision.listener,
      ...decision.evidence,
      ...(decision.repeated > 0 ? { alsoRefused: decision.repeated } : {}),
    },
    claimed: decision.claimed,
  };
}
