import { randomUUID } from 'node:crypto';
import { definitionOf, type Refusal, type RefusalCode } from '@hufu/refusals';
import type { WebSocket } from 'ws';
import type { BotClient, User } from '../../../domain/model.ts';
import type { BotClientState, DiagnosisTarget, OnebotDeps } from '../deps.ts';
import type { OnebotConnection } from '../connection.ts';
import { type Backoff, type DialEnd, FRESH, HELD_FOR_MS, nextDial } from './backoff.ts';
import { type DialTarget, dialTarget } from './dial-target.ts';
import { codeOfError, codeOfStatus, handshake, type HandshakeResult } from './handshake.ts';

const MAX_REDIRECTS = 3;
/** A close so soon after the handshake is a refusal in the words of Koishi and Shiro. */
const SOFT_REFUSAL_MS = 2000;
const DIAGNOSIS_MS = 8000;

export interface ReverseOptions {
  readonly deps: OnebotDeps;
  readonly bot: User;
  readonly client: BotClient;
  readonly connect: (
    socket: WebSocket,
    connectionId: string,
    onClosed: (code: number, reason: string) => void,
  ) => OnebotConnection;
  readonly onState: (state: BotClientState) => void;
  readonly random?: () => number;
}

/** One reverse client: dials, keeps the connection, and after its end dials again. There is never more than one timer. */
export class ReverseClient {
  readonly #options: ReverseOptions;
  readonly #stopping = new AbortController();
  #state: BotClientState = { state: 'waiting', since: null, refusal: null };
  #backoff: Backoff = FRESH;
  #timer: NodeJS.Timeout | null = null;
  #dialling = false;
  #connection: OnebotConnection | null = null;
  #droppedMs: number | null = null;
  /** The refusal that was diagnosed last, so that the doctor is asked once for each cause. */
  #diagnosed: string | null = null;

  constructor(options: ReverseOptions) {
    this.#options = options;
  }

  get state(): BotClientState {
    return this.#state;
  }

  /** Dials now, whatever was planned. */
  dialNow(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#dialling || this.#connection !== null || this.#stopping.signal.aborted) return;
    this.#dialling = true;
    this.#dial()
      .catch((error: unknown) => {
        this.#options.deps.events.error(
          { client: this.#options.client.name, error: String(error) },
          'a reverse connection could not be dialled',
        );
        this.#again({ kind: 'unreachable' });
      })
      .finally(() => {
        this.#dialling = false;
      });
  }

  retry(): void {
    this.#backoff = FRESH;
    this.#diagnosed = null;
    this.dialNow();
  }

  /** Closes for good. */
  stop(code = 1001): void {
    this.#stopping.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#connection?.close(code, 'closed by the server');
    this.#connection = null;
    this.#setState('disabled', null);
  }

  async #dial(): Promise<void> {
    const { client } = this.#options;
    if (this.#state.refusal === null) this.#setState('connecting', null);
    const token = this.#token();
    let url = client.url ?? '';
    for (let redirects = 0; ; redirects += 1) {
      const target = await dialTarget(url, await this.#rules());
      if (this.#stopping.signal.aborted) return;
      if (!target.ok) {
        this.#failed(target.refusal, target.refusal.code === 'remote.dns' ? { kind: 'unreachable' } : { kind: 'refused' });
        return;
      }
      const result = await handshake({ target: target.value, headers: this.#headers(token), signal: this.#stopping.signal });
      if (this.#stopping.signal.aborted) {
        if (result.kind === 'open') result.socket.terminate();
        return;
      }
      if (result.kind === 'open') return this.#opened(result.socket);
      const next = result.kind === 'status' ? redirectTarget(url, result) : null;
      if (next === null || redirects >= MAX_REDIRECTS) return this.#refused(target.value, token, result);
      url = next;
    }
  }

  async #rules() {
    const { deps, bot } = this.#options;
    // Bots of the operator have no owner: who wrote their address may dial anything.
    const owner = bot.ownerUid === null ? null : await deps.users.get(bot.ownerUid);
    return { allowPrivate: bot.ownerUid === null || owner?.privateTargets === true, ownAddresses: deps.ownAddresses() };
  }

  #token(): string | null {
    const { sealedToken } = this.#options.client;
    if (sealedToken === null) return null;
    const opened = this.#options.deps.openToken(sealedToken);
    return opened.ok && opened.value !== '' ? opened.value : null;
  }

  #headers(token: string | null): Record<string, string> {
    const { deps, bot } = this.#options;
    return {
      'X-Self-ID': String(bot.numericId),
      'X-Client-Role': 'Universal',
      'User-Agent': `OneBot/11 Hufu/${deps.version}`,
      // Left out without a token: an empty Bearer is answered as a missing one, with a misleading log line.
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
    };
  }

  #opened(socket: WebSocket): void {
    const { deps } = this.#options;
    const openedMs = deps.now();
    this.#diagnosed = null;
    this.#setState('connected', null);
    this.#connection = this.#options.connect(socket, `ob-${randomUUID()}`, (code, reason) => {
      this.#connection = null;
      this.#droppedMs = deps.now();
      if (this.#stopping.signal.aborted) return;
      const stableMs = deps.now() - openedMs;
      if (stableMs <= SOFT_REFUSAL_MS && (code === 1000 || code === 1008)) {
        this.#failed(
          { code: 'remote.soft_refusal', evidence: { closeCode: code, closeReason: reason.slice(0, 123) } },
          { kind: 'refused' },
        );
        return;
      }
      if (stableMs >= 60_000) this.#backoff = FRESH;
      this.#setState('waiting', null);
      this.#again({ kind: 'lost', stableMs });
    });
  }

  #refused(target: DialTarget, token: string | null, result: Exclude<HandshakeResult, { kind: 'open' }>): void {
    if (result.kind === 'error') {
      this.#failed({ code: codeOfError(result.code), evidence: { error: result.code } }, { kind: 'unreachable' });
      return;
    }
    const { status, server } = result;
    const sinceDropMs = this.#droppedMs === null ? null : this.#options.deps.now() - this.#droppedMs;
    const held = status === 403 && sinceDropMs !== null && sinceDropMs <= HELD_FOR_MS;
    const code: RefusalCode = held ? 'remote.self_id_duplicate' : codeOfStatus(status, token !== null);
    const end: DialEnd = status >= 500 ? { kind: 'unreachable' } : held ? { kind: 'held', sinceDropMs } : { kind: 'refused' };
    const requestId = this.#failed(
      {
        code,
        evidence: { status, ...(server === null ? {} : { server: server.slice(0, 64) }), ...(held ? { sinceDropMs } : {}) },
      },
      end,
    );
    if (requestId !== null && !held) {
      const { bot } = this.#options;
      void this.#diagnose(requestId, {
        url: target.url.href,
        addresses: target.addresses,
        ...(token === null ? {} : { token }),
        selfId: bot.numericId,
        timeoutMs: DIAGNOSIS_MS,
        observed: { status, ...(server === null ? {} : { server }) },
        droppedMsAgo: sinceDropMs,
      });
    }
  }

  /** Notes the failure and plans the next dial; answers the request id when this cause is a new one. */
  #failed(refusal: Refusal, end: DialEnd): string | null {
    const { deps, bot, client } = this.#options;
    const state = end.kind === 'refused' || end.kind === 'held' ? 'refused' : 'waiting';
    const key = `${refusal.code} ${String(refusal.evidence?.['status'] ?? '')}`;
    const isNew = this.#diagnosed !== key;
    this.#diagnosed = key;
    let requestId: string | null = null;
    if (isNew) {
      requestId = deps.decisions.record({
        refusal,
        peer: withoutQuery(client.url),
        listener: 'reverse',
        method: 'GET',
        path: client.name,
        botUid: bot.uid,
        ownerUid: bot.ownerUid,
        presentedToken: null,
        answer: 'none, we are the client',
      });
      this.#setState(state, { code: refusal.code, requestId });
    }
    this.#again(end);
    return requestId;
  }

  async #diagnose(requestId: string, target: DiagnosisTarget): Promise<void> {
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
      if (this.#state.refusal?.requestId === requestId) this.#setState('refused', { code: verdict.code, requestId });
    } catch (error) {
      deps.events.warn({ client: client.name, error: String(error) }, 'a refused connection could not be diagnosed');
    }
  }

  #again(end: DialEnd): void {
    if (this.#stopping.signal.aborted) return;
    const { backoff, delayMs } = nextDial(this.#backoff, end, (this.#options.random ?? Math.random)());
    this.#backoff = backoff;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.dialNow(), delayMs).unref();
  }

  #setState(state: BotClientState['state'], refusal: { code: RefusalCode; requestId: string } | null): void {
    const { deps, bot, client } = this.#options;
    if (
      this.#state.state === state &&
      this.#state.refusal?.code === refusal?.code &&
      this.#state.refusal?.requestId === refusal?.requestId
    )
      return;
    const { public: text } = definitionOf(refusal?.code ?? 'remote.refused');
    this.#state = { state, since: deps.now(), refusal: refusal === null ? null : { ...refusal, text } };
    deps.events.info({ bot: bot.uid, client: client.name, state, ...(refusal ?? {}) }, 'reverse connection');
    this.#options.onState(this.#state);
  }
}

/** Where a redirect leads, if it stays on the same origin; http stands for ws there. */
function redirectTarget(from: string, result: { readonly status: number; readonly location: string | null }): string | null {
  if (![301, 302, 303, 307, 308].includes(result.status) || result.location === null) return null;
  const base = URL.parse(from);
  const to = base === null ? null : URL.parse(result.location, base.href);
  if (base === null || to === null) return null;
  const secure = to.protocol === 'https:' || to.protocol === 'wss:';
  if (!/^(https?|wss?):$/.test(to.protocol) || secure !== (base.protocol === 'wss:') || to.host !== base.host) return null;
  return `${base.protocol}//${to.host}${to.pathname}${to.search}`;
}

function withoutQuery(url: string | null): string {
  return (url ?? '').split('?', 1)[0] ?? '';
}
