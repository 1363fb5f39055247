import { definitionOf, type Refusal, type RefusalCode } from '@hufu/refusals';
import type { BotClient, User } from '../../../domain/model.ts';
import type { Ended } from '../connection.ts';
import type { BotClientState, DiagnosisTarget, OnebotDeps } from '../deps.ts';
import { recordDial } from './record-dial.ts';

export interface ReportOptions {
  readonly deps: OnebotDeps;
  readonly bot: User;
  readonly client: BotClient;
  readonly onState: (state: BotClientState) => void;
}

/** How often a cause that lasts is looked at again, and told again. */
const AGAIN_MS = 290_000;

interface Cause {
  readonly key: string;
  readonly requestId: string;
  diagnosedMs: number;
  times: number;
}

export interface Failed {
  readonly requestId: string;
  /** How often in a row the dial has failed so. */
  readonly times: number;
  /** Whether it is time to ask the doctor. */
  readonly isDue: boolean;
}

/** What is known and told about one reverse client: its state for the page, one decision and one log line for each new cause, a summary every five minutes. */
export class ReverseReport {
  readonly #options: ReportOptions;
  #state: BotClientState = { state: 'waiting', since: null, refusal: null };
  #cause: Cause | null = null;
  #attempts = 0;
  #toldMs = 0;
  #wasUseless = false;

  constructor(options: ReportOptions) {
    this.#options = options;
  }

  get state(): BotClientState {
    return this.#state;
  }

  /** Whether the handshake succeeded the last time, and the connection was closed at once. */
  get wasUseless(): boolean {
    return this.#wasUseless;
  }

  connected(): void {
    this.#cause = null;
    this.#wasUseless = false;
    this.change('connected', null);
  }

  /** The next failure counts as a new one. */
  forget(): void {
    this.#cause = null;
  }

  change(state: BotClientState['state'], refusal: { code: RefusalCode; requestId: string } | null): void {
    const { deps, bot, client } = this.#options;
    const known = this.#state;
    if (known.state === state && known.refusal?.code === refusal?.code && known.refusal?.requestId === refusal?.requestId) return;
    const { public: text } = definitionOf(refusal?.code ?? 'remote.refused');
    this.#state = { state, since: deps.now(), refusal: refusal === null ? null : { ...refusal, text } };
    this.#attempts = 0;
    this.#toldMs = deps.now();
    deps.events.info({ bot: bot.uid, client: client.name, state, ...(refusal ?? {}) }, 'reverse connection');
    this.#options.onState(this.#state);
  }

  /** Notes a connection that this side ended. */
  refused(ended: Ended): void {
    this.#wasUseless = true;
    this.#cause = null;
    this.change('refused', ended);
  }

  /** Notes a failed dial. */
  failed(refusal: Refusal, state: 'refused' | 'waiting'): Failed {
    const nowMs = this.#options.deps.now();
    this.#wasUseless = refusal.code === 'remote.soft_refusal';
    const key = `${refusal.code} ${String(refusal.evidence?.['status'] ?? '')}`;
    if (this.#cause?.key === key) {
      this.#remind(nowMs);
      const isDue = nowMs - this.#cause.diagnosedMs >= AGAIN_MS;
      if (isDue) this.#cause.diagnosedMs = nowMs;
      this.#cause.times += 1;
      return { requestId: this.#cause.requestId, times: this.#cause.times, isDue };
    }
    const requestId = recordDial(this.#options.deps, this.#options, refusal);
    this.#cause = { key, requestId, diagnosedMs: nowMs, times: 1 };
    this.change(state, { code: refusal.code, requestId });
    return { requestId, times: 1, isDue: true };
  }

  async diagnose(requestId: string, target: DiagnosisTarget): Promise<void> {
    const { deps, client } = this.#options;
    try {
      const verdict = await deps.diagnose(target);
      const steps = verdict.evidence.map(({ id, request, result }) => [`${id} ${request}`, result] as const);
      deps.decisions.addEvidence(
        requestId,
        {
          verdict: verdict.code,
          confidence: verdict.confidence,
          ...(verdict.rightPath === undefined ? {} : { rightPath: verdict.rightPath }),
          ...Object.fromEntries(steps),
        },
        verdict.code,
      );
      if (this.#state.refusal?.requestId === requestId) this.change(this.#state.state, { code: verdict.code, requestId });
    } catch (error) {
      deps.events.warn({ client: client.name, error: String(error) }, 'a refused connection could not be diagnosed');
    }
  }

  #remind(nowMs: number): void {
    this.#attempts += 1;
    if (nowMs - this.#toldMs < AGAIN_MS) return;
    this.#toldMs = nowMs;
    const { deps, bot, client } = this.#options;
    const { state, refusal } = this.#state;
    deps.events.info(
      { bot: bot.uid, client: client.name, state, code: refusal?.code, requestId: refusal?.requestId, attempts: this.#attempts },
      'reverse connection, still so',
    );
  }
}
