import { randomUUID } from 'node:crypto';
import type { Refusal, RefusalCode } from '@hufu/refusals';
import type { WebSocket } from 'ws';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';
import type { ConnectionOptions, OnebotConnection } from '../connection.ts';
import type { BotClientState, DiagnosisTarget } from '../deps.ts';
import { type Backoff, type DialEnd, FRESH, HELD_FOR_MS, nextDial } from './backoff.ts';
import { type DialTarget, dialTarget } from './dial-target.ts';
import { codeOfError, codeOfStatus, handshake, type HandshakeResult } from './handshake.ts';
import { type ReportOptions, ReverseReport } from './reverse-report.ts';

const MAX_REDIRECTS = 3;
/** A close so soon after the handshake is a refusal in the words of Koishi and Shiro. */
const SOFT_REFUSAL_MS = 2000;
/** 1005: closed without a code, as a Koishi whose adapter lacks a plugin closes. */
const SOFT_REFUSAL_CODES: ReadonlySet<number> = new Set([1000, 1005, 1008]);
const DIAGNOSIS_MS = 8000;
/** No close frame came. */
const ABNORMAL_CLOSE = 1006;

export interface ReverseOptions extends ReportOptions {
  /** Name of the bot's client that is connected to this host already; null = there is none. */
  readonly heldBy: (host: string) => string | null;
  readonly connect: (socket: WebSocket, connectionId: string, onClosed: ConnectionOptions['onClosed']) => OnebotConnection;
}

/** One reverse client: dials, keeps the connection, and after its end dials again. There is never more than one timer. */
export class ReverseClient {
  readonly #options: ReverseOptions;
  readonly #report: ReverseReport;
  readonly #stopping = new AbortController();
  #backoff: Backoff = FRESH;
  #timer: NodeJS.Timeout | null = null;
  #dialling = false;
  #connection: OnebotConnection | null = null;
  /** When a connection ended that the peer may still believe in; null = the peer knows of its end. */
  #droppedMs: number | null = null;

  constructor(options: ReverseOptions) {
    this.#options = options;
    this.#report = new ReverseReport(options);
  }

  get state(): BotClientState {
    return this.#report.state;
  }

  /** Dials now, whatever was planned. */
  dialNow(): void {
    if (this.#dialling || this.#connection !== null || this.#stopping.signal.aborted) return;
    this.#plan(null);
    this.#dialling = true;
    this.#dial()
      .catch((error: unknown) => {
        this.#options.deps.events.error(
          { client: this.#options.client.name, error: String(error) },
          'a reverse connection could not be dialled',
        );
        this.#failed({ code: 'srv.fault', evidence: { error: String(error) } }, { kind: 'unreachable' });
      })
      .finally(() => {
        this.#dialling = false;
      });
  }

  retry(): void {
    this.#backoff = FRESH;
    this.#report.forget();
    this.dialNow();
  }

  /** Closes for good; resolves when the connection is closed, so that the peer can take the next one. */
  async stop(code = 1001): Promise<void> {
    this.#stopping.abort();
    this.#plan(null);
    const connection = this.#connection;
    this.#connection = null;
    connection?.close(code, 'closed by the server');
    this.#report.change('disabled', null);
    await connection?.closed;
  }

  async #dial(): Promise<void> {
    const { client } = this.#options;
    if (this.#report.state.refusal === null) this.#report.change('connecting', null);
    const token = this.#token();
    if (!token.ok) return void this.#failed(token.refusal, { kind: 'refused' });
    let url = client.url ?? '';
    for (let redirects = 0; ; redirects += 1) {
      const target = await dialTarget(url, await this.#rules());
      if (this.#stopping.signal.aborted) return;
      if (!target.ok) {
        this.#failed(target.refusal, target.refusal.code === 'remote.dns' ? { kind: 'unreachable' } : { kind: 'refused' });
        return;
      }
      const headers = this.#headers(token.value);
      const { maxFrameBytes } = this.#options.deps;
      const result = await handshake({ target: target.value, headers, maxFrameBytes, signal: this.#stopping.signal });
      if (this.#stopping.signal.aborted) {
        if (result.kind === 'open') result.socket.terminate();
        return;
      }
      if (result.kind === 'open') return this.#opened(result.socket, target.value, token.value, redirects > 0);
      const next = result.kind === 'status' ? redirectTarget(url, result) : null;
      if (next === null || redirects >= MAX_REDIRECTS) return this.#refused(target.value, token.value, result);
      url = next;
    }
  }

  async #rules() {
    const { deps, bot, client } = this.#options;
    // An operator wrote hufu.yaml and made the bots without an owner: such a client may dial anything.
    const isOperators = client.fromFile || bot.ownerUid === null;
    const owner = bot.ownerUid === null ? null : await deps.users.get(bot.ownerUid);
    return { allowPrivate: isOperators || owner?.privateTargets === true, ownAddresses: deps.ownAddresses() };
  }

  #token(): Outcome<string | null> {
    const { sealedToken } = this.#options.client;
    if (sealedToken === null) return ok(null);
    const opened = this.#options.deps.openToken(sealedToken);
    if (!opened.ok) return refuse('config.invalid', { reason: 'the stored token cannot be opened; enter it again' });
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(opened.value))
      return refuse('config.invalid', { reason: 'the token holds a character that no HTTP header can carry; enter another one' });
    return ok(opened.value === '' ? null : opened.value);
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

  #opened(socket: WebSocket, target: DialTarget, token: string | null, redirected: boolean): void {
    const { deps, client } = this.#options;
    const openedMs = deps.now();
    if (redirected)
      deps.events.info(
        { client: client.name, url: `${target.url.origin}${target.url.pathname}` },
        'the peer redirected; enter this address instead',
      );
    // Where the connection was of no use the last time, it has to last for a while before it counts as connected.
    if (this.#report.wasUseless) this.#plan(SOFT_REFUSAL_MS, () => this.#report.connected());
    else this.#report.connected();
    this.#connection = this.#options.connect(socket, `ob-${randomUUID()}`, (code, reason, ended) => {
      this.#connection = null;
      // A peer that said goodbye (a program that is restarted) has let go of the session.
      this.#droppedMs = code === ABNORMAL_CLOSE ? deps.now() : null;
      if (this.#stopping.signal.aborted) return;
      if (ended?.code === 'onebot.wrong_end') {
        this.#report.refused(ended);
        this.#again({ kind: 'refused' });
        return;
      }
      const stableMs = deps.now() - openedMs;
      if (stableMs <= SOFT_REFUSAL_MS && SOFT_REFUSAL_CODES.has(code)) {
        const evidence = { closeCode: code, closeReason: reason.slice(0, 123) };
        const failed = this.#failed({ code: 'remote.soft_refusal', evidence }, { kind: 'refused' });
        if (failed.isDue) this.#diagnose(failed.requestId, { target, token }, { status: 101, close: { code, reason } });
        return;
      }
      this.#report.change('waiting', null);
      this.#again({ kind: 'lost', stableMs });
    });
  }

  #refused(target: DialTarget, token: string | null, result: Exclude<HandshakeResult, { kind: 'open' }>): void {
    if (result.kind === 'error') {
      // Where nothing listens, nothing holds a session.
      if (result.code === 'ECONNREFUSED') this.#droppedMs = null;
      this.#failed({ code: codeOfError(result.code), evidence: { error: result.code } }, { kind: 'unreachable' });
      return;
    }
    const { status, server, bodyBytes } = result;
    const sinceDropMs = this.#droppedMs === null ? null : this.#options.deps.now() - this.#droppedMs;
    const held = status === 403 && sinceDropMs !== null && sinceDropMs <= HELD_FOR_MS;
    const code: RefusalCode = held ? 'remote.self_id_duplicate' : codeOfStatus(status, token !== null);
    const end: DialEnd = status >= 500 ? { kind: 'unreachable' } : held ? { kind: 'held', sinceDropMs } : { kind: 'refused' };
    const ofServer = server === null ? {} : { server: server.slice(0, 64) };
    const heldBy = this.#options.heldBy(target.url.host);
    const ofOther = status !== 403 || heldBy === null ? {} : { heldBy };
    const failed = this.#failed({ code, evidence: { status, ...ofServer, ...(held ? { sinceDropMs } : {}), ...ofOther } }, end);
    // A peer that lets go of our old session within seconds needs no doctor; one that still refuses then may have another cause.
    if (held ? failed.times !== 2 : !failed.isDue) return;
    const observed = { status, ...(server === null ? {} : { server }), ...(bodyBytes === null ? {} : { bodyBytes }) };
    this.#diagnose(failed.requestId, { target, token }, observed, heldBy === null ? sinceDropMs : 0);
  }

  #diagnose(
    requestId: string,
    { target, token }: { readonly target: DialTarget; readonly token: string | null },
    observed: DiagnosisTarget['observed'],
    droppedMsAgo: number | null = null,
  ): void {
    void this.#report.diagnose(requestId, {
      url: target.url.href,
      addresses: target.addresses,
      ...(token === null ? {} : { token }),
      selfId: this.#options.bot.numericId,
      timeoutMs: DIAGNOSIS_MS,
      observed,
      droppedMsAgo,
    });
  }

  /** Notes the failure and plans the next dial. */
  #failed(refusal: Refusal, end: DialEnd) {
    const failed = this.#report.failed(refusal, end.kind === 'refused' || end.kind === 'held' ? 'refused' : 'waiting');
    this.#again(end);
    return failed;
  }

  #again(end: DialEnd): void {
    if (this.#stopping.signal.aborted) return;
    const { backoff, delayMs } = nextDial(this.#backoff, end, Math.random());
    this.#backoff = backoff;
    this.#plan(delayMs, () => this.dialNow());
  }

  /** The one timer; null = nothing is planned. */
  #plan(delayMs: number | null, work: () => void = () => undefined): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = delayMs === null ? null : setTimeout(work, delayMs).unref();
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
