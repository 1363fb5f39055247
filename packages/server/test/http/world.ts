import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { definitionOf, type Refusal } from '@hufu/refusals';
import { createLocalBus } from '../../src/bus/local.ts';
import type { SendPorts } from '../../src/domain/messages/send-message.ts';
import { ok, type Outcome, refuse } from '../../src/kernel/outcome.ts';
import { createFileStore } from '../../src/media/files.ts';
import { openAdminSecret } from '../../src/policy/credentials/admin-secret.ts';
import { openKeyring } from '../../src/policy/credentials/keyring.ts';
import { LoginLock } from '../../src/policy/credentials/login-lock.ts';
import { AppendQueue } from '../../src/runtime/append-queue.ts';
import { ChannelCache } from '../../src/runtime/channel-cache.ts';
import { Hub } from '../../src/runtime/hub.ts';
import { UserCache } from '../../src/runtime/user-cache.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { type ApiDeps, createAuth, registerApi, registerPage, UploadSlots } from '../../src/surfaces/api/index.ts';
import type { Caller } from '../../src/surfaces/listen/caller.ts';
import { registerWukongHttp, wukongRoutes } from '../../src/surfaces/wukong-http/index.ts';
import { quiet } from '../support/memory-world.ts';

export const ADMIN = 'admin-secret-of-the-test';

export interface World {
  readonly app: FastifyInstance;
  readonly hub: Hub;
  readonly deps: ApiDeps;
  /** Refusals recorded so far, by request id. */
  readonly recorded: Map<string, { refusal: Refusal; uid: string | null }>;
  /** The next `admit` and `identify` refuse with this. */
  refuseNext: Refusal | null;
  retried: string[];
  admin(path: string, body: unknown): Promise<Answered>;
  call(token: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Answered>;
  login(uid: string): Promise<string>;
  close(): Promise<void>;
}

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

/** The two HTTP surfaces on the real store; and real credentials; only decisions are kept in memory. */
export async function openWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-http-'));
  const opened = await openSqliteStore({ dataDir: join(folder, 'data') });
  if (!opened.ok) throw new Error(opened.refusal.code);
  const store = opened.value;
  const { directory, log } = store;
  const bus = createLocalBus();
  const users = new UserCache(directory, bus, 10_000);
  const channels = new ChannelCache(directory, 10_000_000);
  bus.onChanges((changes) => {
    users.apply(changes);
    channels.apply(changes);
  });
  const queue = new AppendQueue(log, bus, { maxBatch: 100, events: quiet });
  const send: SendPorts = {
    channels,
    users,
    append: (draft) => queue.append(draft),
    passOn: (draft) => queue.pass(draft, () => {}),
    rules: { friendsOnly: false, maxPayloadBytes: 32_767 },
    now: Date.now,
  };
  const hub = new Hub();
  const recorded: World['recorded'] = new Map();
  let nextId = 0;
  const newRequestId = () => `req_${String((nextId += 1)).padStart(8, '0')}`;
  const keyring = openKeyring(join(folder, 'data'));
  const adminSecret = await openAdminSecret(directory, keyring, ADMIN);
  const auth = createAuth({
    directory,
    users,
    keyring,
    adminSecret,
    botTokens: { clientOf: () => undefined },
    lock: new LoginLock(),
    now: Date.now,
  });
  const { hash } = keyring;
  const keep = (refusal: Refusal, uid: string | null) => {
    const id = newRequestId();
    recorded.set(id, { refusal, uid });
    return id;
  };
  const pageDir = join(folder, 'page');
  mkdirSync(pageDir);
  writeFileSync(join(pageDir, 'index.html'), '<!doctype html><title>Hufu</title>');

  const tokenOf = (caller: Caller) =>
    /^Bearer (.+)$/.exec(caller.headers.authorization ?? '')?.[1] ?? String(caller.headers['token'] ?? '');
  const takeRefusal = (): Outcome<never> | null => {
    const refusal = world.refuseNext;
    world.refuseNext = null;
    return refusal === null ? null : { ok: false, refusal };
  };
  const deps: ApiDeps = {
    users,
    channels,
    directory,
    log,
    bus,
    hub,
    files: createFileStore({ dir: join(folder, 'files'), maxBytes: 100_000 }),
    uploads: new UploadSlots(),
    maxFileBytes: 100_000,
    auth: { ...auth, identify: async (caller) => takeRefusal() ?? auth.identify(caller) },
    secrets: { newToken: () => `hf_${(nextId += 1)}_0123456789abcdef`, hash, seal: (token) => Buffer.from(token).reverse() },
    decisions: {
      record: (refusal, _, { uid }) => keep(refusal, uid),
      newRequestId,
      list: async (viewer) =>
        [...recorded]
          .filter(([, one]) => viewer.kind === 'operator' || one.uid === viewer.uid)
          .map(([requestId, one]) => ({
            requestId,
            code: definitionOf(one.refusal.code).publicCode,
            timeIso: '2026-01-01T00:00:00.000Z',
            surface: 'api',
            title: definitionOf(one.refusal.code).public,
          })),
      async explain(requestId, viewer) {
        const one = recorded.get(requestId);
        if (one === undefined || (viewer.kind === 'person' && one.uid !== viewer.uid)) return null;
        const { publicCode, public: text } = definitionOf(one.refusal.code);
        return {
          requestId,
          code: one.refusal.code,
          publicCode,
          timeIso: '2026-01-01T00:00:00.000Z',
          surface: 'api',
          peer: '127.0.0.1',
          text: { zh: wordsOf(text.zh), en: wordsOf(text.en) },
          evidence: one.refusal.evidence ?? {},
          claimed: {},
        };
      },
    },
    botState: () => ({ state: 'connected', since: 1, refusal: null }),
    retryClient: (id) => void world.retried.push(id),
  };
  const app = fastify();
  registerWukongHttp(app, {
    users,
    channels,
    directory,
    log,
    bus,
    hub,
    send,
    admit: async (caller) => {
      const refused = takeRefusal();
      if (refused !== null) return refused;
      const token = tokenOf(caller);
      return token === '' ? refuse('cred.missing') : token === ADMIN ? ok() : refuse('cred.unknown');
    },
    hashToken: hash,
    recordRefusal: (refusal) => keep(refusal, null),
    newRequestId,
    addresses: () => ({ tcp: '127.0.0.1:5100', ws: 'ws://127.0.0.1:5200', wss: '' }),
  });
  registerApi(app, deps);
  registerPage(app, { dir: pageDir, routes: wukongRoutes, decisions: deps.decisions });

  const answered = (response: { statusCode: number; headers: Record<string, unknown>; body: string }): Answered => {
    let body: Record<string, unknown> = {};
    try {
      body = JSON.parse(response.body) as Record<string, unknown>;
    } catch {
      // Not every answer is JSON; `text` has it.
    }
    return { status: response.statusCode, headers: response.headers, text: response.body, body };
  };
  const world: World = {
    app,
    hub,
    deps,
    recorded,
    refuseNext: null,
    retried: [],
    admin: async (url, body) =>
      answered(await app.inject({ method: 'POST', url, headers: { token: ADMIN }, payload: JSON.stringify(body) })),
    call: async (token, method, url, body) =>
      answered(
        await app.inject({
          method,
          url,
          headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
        }),
      ),
    async login(uid) {
      await world.call(ADMIN, 'POST', '/api/v1/users', { uid, name: uid.toUpperCase(), password: 'correct horse' });
      const session = await world.call('none', 'POST', '/api/v1/auth/login', { uid, password: 'correct horse' });
      return String(session.body['token']);
    },
    async close() {
      await app.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

const wordsOf = (title: string) => ({ title, meaning: title, check: '', fix: '' });

export function payload(content: string): string {
  return Buffer.from(JSON.stringify({ type: 1, content })).toString('base64');
}
