import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { publish } from '../../../src/domain/publish.ts';
import { openSession } from '../../../src/policy/credentials/sessions.ts';
import { type BotTap, dialForward, type Framework, openFramework } from './bots.ts';
import { call, type HttpAnswer } from './http.ts';
import { ADMIN, openServer, type TestServer } from './server.ts';

export interface World {
  readonly server: TestServer;
  readonly framework: Framework;
  /** A connection of bot 20001: one that it dials now from this address, or the one on which it was dialled. */
  bot(way: 'forward' | 'reverse', from: string): Promise<BotTap>;
  /** Page sessions by name. */
  readonly sessions: Readonly<Record<'alice' | 'frank' | 'zoe' | 'operator' | 'stranger', string>>;
  /** OneBot numbers by uid. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Of somebody without a password: no right that an operator gives with one. */
  sessionOf(uid: string): Promise<string>;
  admin(path: string, body: unknown, from?: string): Promise<HttpAnswer>;
  api(token: string, method: string, path: string, body?: unknown): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export const PASSWORD = 'correct horse battery';
export const BOT_TOKEN = 'token-of-the-forward-client';
export const REVERSE_TOKEN = 'token-of-the-reverse-client';
export const OFF_TOKEN = 'token-of-a-client-switched-off';
export const MANY_TOKEN = 'token-of-a-client-with-many-connections';
export const BOT = '20001';
/** All but get_version_info. */
const ACTIONS = '[send_*, get_msg, get_status, get_login_info, get_friend_list, get_group_*]';

/** Groups by what is wrong with them for alice and for the bot. */
export const GROUPS = {
  team: '30001',
  strangers: '30002',
  denied: '30003',
  others: '30004',
  gone: '30005',
  locked: '30006',
  muted: '30007',
  missing: '39999',
} as const;

/**
 * People: alice and bob talk over the web (flag 1); carol has a token for phones only; dora's was replaced; emil's was emptied; frank is banned; grace may not
 * send; zoe has nothing to do with anybody. Bot 20001 dials and is dialled.
 */
export async function openWorld(flags: Readonly<Record<string, string>> = {}): Promise<World> {
  const framework = await openFramework();
  const yaml = `
bots:
  - uid: "${BOT}"
    name: Bot A
    clients:
      - {name: forward, kind: forward, token: ${BOT_TOKEN}, actions: ${ACTIONS}}
      - {name: many, kind: forward, token: ${MANY_TOKEN}}
      - {name: off, kind: forward, token: ${OFF_TOKEN}, enabled: false}
      - {name: reverse, kind: reverse, url: "${framework.url}", token: ${REVERSE_TOKEN}, actions: ${ACTIONS}}
`;
  const first = await openServer({ yaml });
  await populate((path, body) => asAdmin(first, path, body));
  await first.stop();
  prepareRows(first.dataDir);
  const server = await openServer({ yaml, dataDir: first.dataDir, flags });
  const { core, at } = server;
  const sessions = await openSessions(server);
  publish(core.bus, await core.directory.saveUser('frank', { banned: true }));
  publish(core.bus, await core.directory.saveUser('grace', { sendBan: true }));
  const numbers: Record<string, number> = {};
  for (const uid of ['alice', 'bob', 'zoe']) numbers[uid] = (await core.users.get(uid))?.numericId ?? 0;

  (await framework.next()).close();
  let reverse = framework.next();
  // Once it was sent away it dials again.
  const follow = (dialled: Promise<BotTap>): void =>
    void dialled
      .then((tap) => tap.closed)
      .then(() => {
        reverse = framework.next();
        follow(reverse);
      });
  follow(reverse);
  return {
    server,
    framework,
    bot: (way, from) => (way === 'forward' ? dialForward(at.onebotWs, BOT_TOKEN, from) : reverse),
    sessions,
    numbers,
    sessionOf: (uid) => sessionAt(server, uid, Date.now()),
    admin: (path, body, from) => asAdmin(server, path, body, from),
    api: (bearer, method, path, body) =>
      call({
        to: at.http,
        method,
        path,
        headers: { ...(bearer === '' ? {} : { Authorization: `Bearer ${bearer}` }), ...JSON_BODY },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    async close() {
      await server.close();
      framework.close();
    },
  };
}

const JSON_BODY = { 'Content-Type': 'application/json' };

function asAdmin(server: TestServer, path: string, body: unknown, from = '127.40.0.1'): Promise<HttpAnswer> {
  const headers = { token: ADMIN, ...JSON_BODY };
  return call({ to: server.at.http, from, method: 'POST', path, headers, body: JSON.stringify(body) });
}

async function populate(admin: (path: string, body: unknown) => Promise<HttpAnswer>): Promise<void> {
  const must = async (path: string, body: unknown) => {
    const answer = await admin(path, body);
    if (answer.status !== 200) throw new Error(`${path} ${answer.text}`);
  };
  const token = (uid: string, value: string, flag = 1) =>
    must('/user/token', { uid, token: value, device_flag: flag, device_level: 0 });
  for (const uid of ['alice', 'bob', 'emil', 'frank', 'grace', 'zoe']) await token(uid, `${uid}-web`);
  await token('alice', 'alice-phone', 0);
  await token('carol', 'carol-phone', 0);
  await token('dora', 'dora-old');
  await token('dora', 'dora-new');

  const group = (id: string, subscribers: readonly string[], more: object = {}) =>
    must('/channel', { channel_id: id, channel_type: 2, subscribers, ...more });
  const members = ['alice', 'bob', 'grace', BOT];
  await group(GROUPS.team, members, { owner: 'alice' });
  await group(GROUPS.strangers, ['zoe']);
  await group(GROUPS.denied, members);
  await must('/channel/blacklist_add', { channel_id: GROUPS.denied, channel_type: 2, uids: ['alice', BOT] });
  await group(GROUPS.others, members);
  await must('/channel/whitelist_add', { channel_id: GROUPS.others, channel_type: 2, uids: ['bob'] });
  await group(GROUPS.gone, members, { disband: 1 });
  await group(GROUPS.locked, members, { ban: 1 });
  await group(GROUPS.muted, members);
  for (const uid of ['alice', 'frank', 'zoe', 'stranger']) await must('/api/v1/users', { uid, name: uid, password: PASSWORD });
}

async function openSessions({ at }: TestServer): Promise<World['sessions']> {
  const tokenFrom = async (path: string, body: object) => {
    const answer = await call({ to: at.http, method: 'POST', path, headers: JSON_BODY, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`${path} ${answer.text}`);
    return String(answer.json['token']);
  };
  const login = (uid: string) => tokenFrom('/api/v1/auth/login', { uid, password: PASSWORD });
  return {
    alice: await login('alice'),
    frank: await login('frank'),
    zoe: await login('zoe'),
    stranger: await login('stranger'),
    operator: await tokenFrom('/api/v1/auth/operator', { secret: ADMIN }),
  };
}

/** A session of alice that ended long ago. Every new session sweeps the expired ones out, so it is made when it is needed. */
export function expiredSession({ server }: World): Promise<string> {
  return sessionAt(server, 'alice', 0);
}

async function sessionAt({ core }: TestServer, uid: string, nowMs: number): Promise<string> {
  const session = await openSession({ kind: 'person', uid, nowMs }, core);
  if (!session.ok) throw new Error(session.refusal.code);
  return session.value.token;
}

/** States that no call of this version makes: a mute, and a token that was taken back. The server has not read these rows yet. */
function prepareRows(dataDir: string): void {
  const db = new DatabaseSync(join(dataDir, 'hufu.db'), { timeout: 5000 });
  db.prepare(
    `UPDATE membership SET muted_until_ms=? WHERE ch=(SELECT ch FROM channel WHERE type=2 AND id=?)
     AND user IN (SELECT u FROM user WHERE uid IN ('alice', ?))`,
  ).run(Date.now() + 3_600_000, GROUPS.muted, BOT);
  db.prepare("UPDATE device_token SET hash=x'' WHERE uid='emil'").run();
  db.close();
}
