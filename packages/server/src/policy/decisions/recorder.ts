import { definitionOf, type Evidence, isRefusalCode, type Refusal, type RefusalCode } from '@hufu/refusals';
import { type OperatorText, operatorText } from '@hufu/refusals/texts';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { newRequestId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { printable, printableEvidence } from './printable.ts';
import type { DecisionStore } from '../../domain/decision-store.ts';

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
  /** false: over the rate, in memory only. */
  stored: boolean;
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
  readonly #clock: Clock;
  readonly #ring = new Map<string, Decision>();
  readonly #lastOf = new Map<string, Decision>();
  readonly #inThisSecond = new Map<string, number>();
  #dirty = new Set<Decision>();
  #second = 0;
  #countThisSecond = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #listeners = new Set<(readerUid: string, requestId: string, code: string) => void>();

  constructor(store: DecisionStore, log: Log, clock: Clock = systemClock) {
    this.#store = store;
    this.#log = log;
    this.#clock = clock;
  }

  /** Answers the request id that the peer is told; nothing here waits. */
  record(input: DecisionInput): string {
    const nowMs = this.#clock.now();
    const decision = decisionOf(input, nowMs);
    this.#remember(decision);
    if (this.#isTooMany(input.peer, nowMs)) {
      const last = this.#lastOf.get(input.peer);
      if (last !== undefined) {
        last.repeated += 1;
        this.#touch(last);
      }
      return decision.id;
    }
    this.#lastOf.set(input.peer, decision);
    this.#touch(decision);
    // Only for what is kept: a stranger who claims somebody's uid in a loop must not flood that person's page.
    if (decision.readerUid !== null)
      for (const listener of this.#listeners) listener(decision.readerUid, decision.id, decision.code);
    return decision.id;
  }

  /** What was found out after the answer had left. */
  addEvidence(requestId: string, evidence: Evidence, code?: RefusalCode): void {
    const decision = this.#ring.get(requestId);
    if (decision === undefined) return;
    decision.evidence = { ...decision.evidence, ...printableEvidence(evidence) };
    if (code !== undefined) decision.code = code;
    // What was only counted stays in memory with its evidence, too.
    if (decision.stored) this.#touch(decision);
  }

  onRecorded(listener: (readerUid: string, requestId: string, code: string) => void): void {
    this.#listeners.add(listener);
  }

  /** null for unknown ids and for those the viewer may not read: the two look the same. */
  async explain(requestId: string, viewer: Viewer): Promise<Explanation | null> {
    const decision = this.#ring.get(requestId) ?? (await this.#fromStore(requestId));
    if (decision === null || (viewer.kind === 'person' && decision.readerUid !== viewer.uid)) return null;
    return explanationOf(viewer.kind === 'operator' ? decision : forPerson(decision));
  }

  async list(
    viewer: Viewer,
    limit: number,
  ): Promise<{ requestId: string; code: string; timeIso: string; surface: string; title: { zh: string; en: string } }[]> {
    await this.flush();
    const records = await this.#store.list({ sinceMs: 0, limit, ...(viewer.kind === 'person' ? { subject: viewer.uid } : {}) });
    return records.flatMap((record) => {
      const kept = this.#ring.get(record.id) ?? parse(record.json);
      if (kept === null) return [];
      const decision = viewer.kind === 'operator' ? kept : forPerson(kept);
      const text = operatorText(decision.code);
      return [
        {
          requestId: decision.id,
          code: decision.code,
          timeIso: new Date(decision.tsMs).toISOString(),
          surface: decision.surface,
          title: { zh: text.zh.title, en: text.en.title },
        },
      ];
    });
  }

  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#dirty.size === 0) return;
    const batch = [...this.#dirty];
    this.#dirty = new Set();
    const put = await this.#store.put(
      batch.map((decision) => ({
        id: decision.id,
        tsMs: decision.tsMs,
        code: decision.code,
        subject: decision.readerUid,
        json: JSON.stringify(decision),
      })),
    );
    if (!put.ok)
      for (const decision of batch)
        this.#log.warn({ decision: decision.id, code: decision.code }, 'a decision could not be stored');
  }

  /** The last flush; the store itself is closed by whoever opened it. */
  async close(): Promise<void> {
    await this.flush();
  }

  #remember(decision: Decision): void {
    this.#ring.set(decision.id, decision);
    if (this.#ring.size <= RING) return;
    const oldest = this.#ring.keys().next().value;
    if (oldest !== undefined) this.#ring.delete(oldest);
  }

  #touch(decision: Decision): void {
    decision.stored = true;
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
    if (this.#countThisSecond >= PER_SECOND) return true;
    const fromAddress = (this.#inThisSecond.get(address) ?? 0) + 1;
    if (fromAddress > PER_ADDRESS_PER_SECOND) return true;
    this.#inThisSecond.set(address, fromAddress);
    this.#countThisSecond += 1;
    return false;
  }

  async #fromStore(requestId: string): Promise<Decision | null> {
    const record = await this.#store.get(requestId);
    return record === null ? null : parse(record.json);
  }
}

function decisionOf(input: DecisionInput, nowMs: number): Decision {
  return {
    refusal: { code: input.refusal.code },
    surface: input.surface,
    listener: input.listener,
    peer: printable(input.peer),
    subjectOfCall: printable(input.subjectOfCall),
    claimed: printableEvidence(input.claimed),
    readerUid: input.readerUid,
    answer: printable(input.answer),
    id: newRequestId(nowMs),
    tsMs: nowMs,
    code: input.refusal.code,
    evidence: printableEvidence(input.refusal.evidence ?? {}),
    repeated: 0,
    stored: false,
  };
}

const OPERATOR_ONLY = new Set(['ownerUid', 'presentedKind', 'expectedFingerprint']);

/**
 * What the owner of the account may read. Whose token it was, and that it was the admin secret, stays with the operator: else a person could try values
 * against the own uid and read here what they open.
 */
function forPerson(decision: Decision): Decision {
  const tellsOfOthers =
    decision.code === 'cred.other_owner' || (decision.code === 'cred.wrong_kind' && 'presentedKind' in decision.evidence);
  const evidence = Object.fromEntries(Object.entries(decision.evidence).filter(([key]) => !OPERATOR_ONLY.has(key)));
  return { ...decision, evidence, code: tellsOfOthers ? 'cred.mismatch' : decision.code };
}

function parse(json: string): Decision | null {
  try {
    const decision = JSON.parse(json) as Decision;
    return isRefusalCode(decision.code) ? decision : null;
  } catch {
    return null;
  }
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
