import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BotClient, DeviceToken, Session, User } from '../../src/domain/model.ts';
import { ok } from '../../src/kernel/outcome.ts';
import { createBotTokens } from '../../src/policy/credentials/bot-token.ts';
import { type Keyring, openKeyring } from '../../src/policy/credentials/keyring.ts';
import type { DecisionRecord, DecisionStore } from '../../src/domain/decision-store.ts';
import { MemoryWorld, userOf } from '../support/memory-world.ts';

export const NOW_MS = 1_800_000_000_000;

/** Accounts, tokens and sessions in memory; `calls` is the order in which the directory was asked. */
export class PolicyWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'hufu-policy-'));
  readonly keyring: Keyring = openKeyring(this.folder);
  readonly accounts = new MemoryWorld();
  readonly tokens: DeviceToken[] = [];
  readonly sessions: Session[] = [];
  readonly settings = new Map<string, string>();
  calls: string[] = [];
  check: 'required' | 'optional' | 'off' = 'required';
  readonly clients: BotClient[] = [];
  readonly adminSecret = { matches: (value: string) => value === 'the-admin-secret' };

  readonly users = {
    ...this.accounts.users,
    get: (uid: string) => {
      this.calls.push('user');
      return this.accounts.users.get(uid);
    },
  };

  readonly botTokens = createBotTokens(() => this.clients, {
    keyring: this.keyring,
    users: this.accounts.users,
    adminSecret: this.adminSecret,
  });

  readonly directory = {
    deviceTokens: async (uid: string) => {
      this.calls.push('deviceTokens');
      return this.tokens.filter((token) => token.uid === uid);
    },
    deviceTokensByHash: async (hash: Uint8Array) => this.tokens.filter((token) => Buffer.compare(token.hash, hash) === 0),
    sessionByHash: async (hash: Uint8Array) => {
      this.calls.push('session');
      return this.sessions.find((session) => Buffer.compare(session.hash, hash) === 0) ?? null;
    },
    saveSession: async (session: Session) => {
      this.sessions.push(session);
      return ok();
    },
    user: (uid: string) => this.accounts.users.get(uid),
    setting: async (key: string) => this.settings.get(key) ?? null,
    saveSetting: async (key: string, value: string) => {
      this.settings.set(key, value);
      return ok();
    },
  };

  account(uid: string, patch: Partial<User> = {}): void {
    this.accounts.people.set(uid, userOf(this.accounts.people.size + 1, uid, patch));
  }

  token(uid: string, deviceFlag: number, value: string, supersededMs: number | null = null): void {
    this.tokens.push({
      uid,
      deviceFlag,
      deviceLevel: 1,
      hash: value === '' ? new Uint8Array() : this.keyring.hash(value),
      createdMs: NOW_MS,
      supersededMs,
    });
  }

  /** A client of the bot `helper`, made as the page makes them. */
  client(name: string, token: string | null, patch: Partial<BotClient> = {}): BotClient {
    const client: BotClient = {
      id: name,
      botUid: 'helper',
      name,
      kind: 'forward',
      url: null,
      tokenHash: token === null || patch.kind === 'reverse' ? null : this.keyring.hash(token),
      sealedToken: token !== null && patch.kind === 'reverse' ? this.keyring.seal(token) : null,
      format: 'array',
      heartbeatMs: 30_000,
      queryToken: false,
      replayMaxEvents: 0,
      replayMaxAgeSeconds: 0,
      enabled: true,
      fromFile: false,
      preset: null,
      ...patch,
    };
    this.clients.push(client);
    this.botTokens.changed();
    return client;
  }

  get verifyPorts() {
    const { users, directory, keyring, check, adminSecret, botTokens } = this;
    return { users, directory, keyring, check, adminSecret, botTokens, now: () => NOW_MS };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Keeps what is put, the newest version of each id. */
export class MemoryDecisions implements DecisionStore {
  readonly records = new Map<string, DecisionRecord>();

  async put(records: readonly DecisionRecord[]) {
    for (const record of records) this.records.set(record.id, record);
    return ok();
  }

  async get(id: string) {
    return this.records.get(id) ?? null;
  }

  async list(query: { subject?: string; code?: string; limit: number }) {
    return [...this.records.values()]
      .reverse()
      .filter((one) => query.subject === undefined || one.subject === query.subject)
      .slice(0, query.limit);
  }

  async close() {}
}
