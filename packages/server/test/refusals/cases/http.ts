import assert from 'node:assert/strict';
import { definitionOf, type RefusalCode } from '@hufu/refusals';
import { problem, wukongRefusal } from '../support/answers.ts';
import type { Case, Told } from '../support/case.ts';
import { call, type HttpAnswer, parseAnswer, raw } from '../support/http.ts';
import { ADMIN, freshAddress } from '../support/server.ts';
import { BOT_TOKEN, expiredSession, GROUPS, PASSWORD, type World } from '../support/world.ts';

const JSON_BODY = { 'Content-Type': 'application/json' };

interface Request {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Refused {
  readonly code: RefusalCode;
  readonly how: string;
  readonly status: number;
  readonly request: (world: World) => Request | Promise<Request>;
  readonly before?: (world: World, from: string) => Promise<unknown>;
  readonly evidence?: readonly string[];
  readonly toldAs?: RefusalCode;
  readonly overRate?: true;
}

async function ask(world: World, refused: Refused, from: string): Promise<HttpAnswer> {
  await refused.before?.(world, from);
  const { method = 'POST', path, headers = {}, body } = await refused.request(world);
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return call({
    to: world.server.at.http,
    from,
    method,
    path,
    headers: { ...JSON_BODY, ...headers },
    ...(text === undefined ? {} : { body: text }),
  });
}

/** The mistakes that every credential of an HTTP request can have; each on a route of back ends and on one of the page. */
const CREDENTIALS: readonly (Omit<Refused, 'request' | 'status'> & {
  readonly headers?: (world: World) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  readonly query?: string;
})[] = [
  { code: 'cred.missing', how: 'nothing' },
  { code: 'cred.wrong_place', how: 'the secret in the query', query: `?token=${ADMIN}`, evidence: ['place'] },
  {
    code: 'cred.malformed',
    how: 'Bearer with nothing behind it',
    headers: () => ({ Authorization: 'Bearer ' }),
    evidence: ['reason'],
  },
  {
    code: 'cred.ambiguous',
    how: 'two different ones',
    headers: () => ({ token: 'one', Authorization: 'Bearer two' }),
    evidence: ['places'],
  },
  {
    code: 'cred.unknown',
    how: 'a value that opens nothing',
    headers: () => ({ token: 'guess' }),
    evidence: ['placement', 'presentedFingerprint'],
  },
  {
    code: 'cred.near_miss',
    how: 'the admin secret in quotes',
    headers: () => ({ token: `"${ADMIN}"` }),
    evidence: ['nearMiss', 'almost'],
  },
  {
    code: 'cred.near_miss',
    how: 'Bearer twice',
    headers: () => ({ Authorization: `Bearer Bearer ${ADMIN}` }),
    evidence: ['nearMiss'],
  },
  {
    code: 'cred.wrong_kind',
    how: 'a bot token',
    headers: () => ({ Authorization: `Bearer ${BOT_TOKEN}` }),
    evidence: ['presentedKind', 'presentedFingerprint'],
  },
  {
    code: 'cred.wrong_kind',
    how: 'a device token',
    headers: () => ({ token: 'bob-web' }),
    toldAs: 'cred.rejected',
    evidence: ['presentedKind', 'ownerUid'],
  },
  {
    code: 'cred.expired',
    how: 'an old session',
    headers: async (world) => ({ Authorization: `Bearer ${await expiredSession(world)}` }),
    evidence: ['expiredMs'],
  },
];

type Credential = (typeof CREDENTIALS)[number];

function credentialCase(surface: 'wukong-http' | 'api', one: Credential): Case {
  const [method, path] = surface === 'api' ? ['GET', '/api/v1/conversations'] : ['POST', '/channel/subscriber_add'];
  const refused: Refused = {
    ...one,
    status: 401,
    request: async (world) => ({
      method,
      path: `${path}${one.query ?? ''}`,
      headers: (await one.headers?.(world)) ?? {},
      ...(surface === 'api' ? {} : { body: {} }),
    }),
  };
  return httpCase(surface, refused);
}

function httpCase(surface: 'wukong-http' | 'api', refused: Refused): Case {
  return {
    code: refused.code,
    how: refused.how,
    surface,
    evidence: refused.evidence ?? [],
    ...(refused.toldAs === undefined ? {} : { toldAs: refused.toldAs }),
    ...(refused.overRate === undefined ? {} : { overRate: refused.overRate }),
    async provoke(world, from): Promise<Told> {
      const answer = await ask(world, refused, from);
      const code = refused.toldAs ?? refused.code;
      return surface === 'api'
        ? problem(answer, code, refused.status)
        : wukongRefusal(answer, definitionOf(code).publicCode, refused.status);
    },
  };
}

const admin = { token: ADMIN };
const asAlice = ({ sessions }: World) => ({ Authorization: `Bearer ${sessions.alice}` });

/** Names of accounts, as long a list as is not taken. */
const many = (count: number) => Array.from({ length: count }, (_, at) => `u${at}`);

// biome-ignore format: one mistake a line, to be read as a table
const WUKONG: readonly Refused[] = [
  { code: 'cred.wrong_kind', how: 'a session of an operator', status: 401, request: ({ sessions }) => ({ path: '/channel', headers: { token: sessions.operator }, body: {} }), evidence: ['presentedKind'] },
  { code: 'wk.uid_invalid', how: 'a uid with @ among the subscribers', status: 400, request: () => ({ path: '/channel/subscriber_add', headers: admin, body: { channel_id: GROUPS.team, channel_type: 2, subscribers: ['a@b'] } }), evidence: ['uid'] },
  { code: 'im.channel_invalid', how: 'a group id of 200 characters', status: 400, request: () => ({ path: '/channel/subscriber_add', headers: admin, body: { channel_id: 'x'.repeat(200), channel_type: 2, subscribers: ['a'] } }), evidence: ['channelId'] },
  { code: 'limit.objects', how: '20 001 subscribers', status: 400, request: () => ({ path: '/channel/subscriber_add', headers: admin, body: { channel_id: GROUPS.team, channel_type: 2, subscribers: many(20_001) } }), evidence: ['given', 'limit'] },
  { code: 'http.method_not_allowed', how: 'PUT', status: 405, request: () => ({ method: 'PUT', path: '/user/token', headers: admin, body: {} }), evidence: ['method'] },
  { code: 'http.bad_body', how: 'a body that is not JSON', status: 400, request: () => ({ path: '/user/token', headers: admin, body: '{"uid":' }), evidence: ['reason'] },
  { code: 'srv.fault', how: 'a bug in a route', status: 500, before: plantBug, request: () => ({ path: '/conversation/sync', headers: admin, body: { uid: 'bob', msg_count: 1 } }), evidence: ['error'] },
  { code: 'http.body_too_large', how: 'five megabytes', status: 413, request: () => ({ path: '/user/token', headers: admin, body: `{"uid":"${'x'.repeat(5 * 1024 * 1024)}"}` }), evidence: ['limitBytes'] },
];

// biome-ignore format: one mistake a line, to be read as a table
const API: readonly Refused[] = [
  { code: 'cred.login_failed', how: 'a wrong password', status: 401, request: () => ({ path: '/api/v1/auth/login', body: { uid: 'alice', password: 'wrong password' } }), evidence: ['name', 'cause'] },
  { code: 'cred.login_locked', how: 'the eleventh try', overRate: true, status: 429, before: guessPasswords, request: () => ({ path: '/api/v1/auth/login', body: { uid: 'bob', password: PASSWORD } }), evidence: ['waitSeconds'] },
  { code: 'rate.handshake', how: 'one guess for the 51st account', overRate: true, status: 429, before: guessAccounts, request: () => ({ path: '/api/v1/auth/login', body: { uid: 'bob', password: PASSWORD } }), evidence: ['name', 'waitSeconds'] },
  { code: 'wk.banned', how: 'the session of a banned account', status: 403, request: ({ sessions }) => ({ method: 'GET', path: '/api/v1/conversations', headers: { Authorization: `Bearer ${sessions.frank}` } }) },
  { code: 'http.route_unknown', how: 'an address that does not exist', status: 404, request: () => ({ method: 'GET', path: '/api/v1/nothing' }), evidence: ['path'] },
  { code: 'http.method_not_allowed', how: 'PUT', status: 405, request: () => ({ method: 'PUT', path: '/api/v1/me' }), evidence: ['method'] },
  { code: 'http.bad_media_type', how: 'a form', status: 415, request: (world) => ({ path: '/api/v1/read', headers: { ...asAlice(world), 'Content-Type': 'text/plain' }, body: 'x' }), evidence: ['expected'] },
  { code: 'http.bad_body', how: 'a field of another type', status: 400, request: (world) => ({ path: '/api/v1/read', headers: asAlice(world), body: { channelId: 7 } }), evidence: ['pointer', 'reason'] },
  { code: 'http.bad_body', how: 'an address that is encoded wrongly', status: 400, request: () => ({ method: 'GET', path: '/api/v1/users/%zz' }), evidence: ['field', 'reason'] },
  { code: 'http.body_too_large', how: 'two megabytes', status: 413, request: (world) => ({ path: '/api/v1/read', headers: asAlice(world), body: `{"channelId":"${'x'.repeat(2 * 1024 * 1024)}"}` }), evidence: ['limitBytes'] },
  { code: 'media.too_large', how: 'a picture of eleven megabytes', status: 413, request: (world) => ({ path: '/api/v1/files', headers: { ...asAlice(world), 'Content-Type': 'multipart/form-data; boundary=cut' }, body: form('x'.repeat(10 * 1024 * 1024 + 1)) }), evidence: ['limitBytes'] },
  { code: 'scope.role_required', how: 'a person where an operator is needed', status: 403, request: (world) => ({ path: '/api/v1/users', headers: asAlice(world), body: { uid: 'x', name: 'X', password: PASSWORD } }), evidence: ['needed', 'account'] },
  { code: 'resource.hidden', how: 'an account that does not exist', status: 404, request: (world) => ({ method: 'GET', path: '/api/v1/users/nobody', headers: asAlice(world) }), evidence: ['reason'] },
  { code: 'im.not_member', how: 'the members of a group of others', status: 403, request: (world) => ({ method: 'GET', path: `/api/v1/groups/${GROUPS.strangers}/members`, headers: asAlice(world) }), evidence: ['channelId'] },
  { code: 'im.disbanded', how: 'a member for a dissolved group', status: 403, request: (world) => ({ path: `/api/v1/groups/${GROUPS.gone}/members`, headers: asAlice(world), body: { uids: ['zoe'] } }) },
  { code: 'im.channel_invalid', how: 'a conversation that cannot be', status: 400, request: (world) => ({ method: 'GET', path: '/api/v1/messages?channelId=a%23b&channelType=1', headers: asAlice(world) }), evidence: ['channelId'] },
  { code: 'im.channel_type_unsupported', how: 'channel type 9', status: 400, request: (world) => ({ method: 'GET', path: '/api/v1/messages?channelId=x&channelType=9', headers: asAlice(world) }), evidence: ['channelType'] },
  { code: 'limit.objects', how: 'the 21st bot', status: 403, before: makeBots, request: (world) => ({ path: '/api/v1/bots', headers: { Authorization: `Bearer ${world.sessions.zoe}` }, body: { name: 'One more', framework: 'nonebot', url: 'ws://192.0.2.1:1/' } }), evidence: ['object', 'limit'] },
  { code: 'srv.fault', how: 'a bug in a route', status: 500, before: plantBug, request: (world) => ({ method: 'GET', path: '/api/v1/contacts', headers: asAlice(world) }), evidence: ['error'] },
];

/** One wrong one for each of fifty accounts, from this address. */
async function guessAccounts({ server }: World, from: string): Promise<void> {
  const guess = (uid: string) =>
    call({
      to: server.at.http,
      from,
      method: 'POST',
      path: '/api/v1/auth/login',
      headers: JSON_BODY,
      body: JSON.stringify({ uid, password: 'wrong password' }),
    });
  await Promise.all(Array.from({ length: 50 }, (_, index) => guess(`uid${index}`)));
}

/** Ten wrong ones from this address. */
async function guessPasswords({ server }: World, from: string): Promise<void> {
  const body = JSON.stringify({ uid: 'bob', password: 'wrong password' });
  for (let one = 0; one < 10; one += 1)
    await call({ to: server.at.http, from, method: 'POST', path: '/api/v1/auth/login', headers: JSON_BODY, body });
}

async function makeBots({ server, sessions }: World): Promise<void> {
  const headers = { ...JSON_BODY, Authorization: `Bearer ${sessions.zoe}` };
  for (let one = 0; one < 20; one += 1) {
    const body = JSON.stringify({ name: `Bot ${one}`, framework: 'nonebot', url: 'ws://192.0.2.1:1/' });
    const made = await call({ to: server.at.http, from: freshAddress(), method: 'POST', path: '/api/v1/bots', headers, body });
    assert.equal(made.status, 200, made.text);
  }
}

/** The next look at friends and conversations throws. */
export async function plantBug({ server }: World): Promise<void> {
  const { directory } = server.core;
  const { friendsOf, conversations } = directory;
  const throws = () => {
    Object.assign(directory, { friendsOf, conversations });
    return Promise.reject(new TypeError('planted by the test'));
  };
  Object.assign(directory, { friendsOf: throws, conversations: throws });
}

export function form(content: string | Buffer, name = 'x.png'): string {
  return `--cut\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${content.toString('latin1')}\r\n--cut--\r\n`;
}

interface Early {
  readonly code: RefusalCode;
  readonly how: string;
  readonly status: number;
  readonly at?: 'ws' | 'onebotHttp';
  /** The request, with `HOST` where the listener's own address belongs. */
  readonly lines: readonly string[];
  readonly evidence?: readonly string[];
}

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

// biome-ignore format: one mistake a line, to be read as a table
const EARLY: readonly Early[] = [
  { code: 'http.host_not_allowed', how: 'a name that a page rebound', status: 403, lines: ['GET /health HTTP/1.1', 'Host: rebound.example'], evidence: ['host'] },
  { code: 'http.host_not_allowed', how: 'no Host', status: 403, lines: ['GET /health HTTP/1.1'], evidence: ['host'] },
  { code: 'http.host_not_allowed', how: 'a rebound name at a WebSocket', status: 403, at: 'ws', lines: ['GET / HTTP/1.1', 'Host: rebound.example', ...UPGRADE], evidence: ['host'] },
  { code: 'cors.origin_not_allowed', how: 'a page of another origin', status: 403, lines: ['GET /api/v1/me HTTP/1.1', 'Host: HOST', 'Origin: http://page.example'], evidence: ['origin'] },
  { code: 'cors.origin_not_allowed', how: 'the origin null', status: 403, lines: ['GET /api/v1/me HTTP/1.1', 'Host: HOST', 'Origin: null'], evidence: ['origin'] },
  { code: 'ws.origin_not_allowed', how: 'a page of another origin at the page’s own socket', status: 403, lines: ['GET /wk HTTP/1.1', 'Host: HOST', 'Origin: http://page.example', ...UPGRADE], evidence: ['origin'] },
  { code: 'http.route_unknown', how: 'an upgrade at an address that has none', status: 404, lines: ['GET /nothing HTTP/1.1', 'Host: HOST', ...UPGRADE], evidence: ['path'] },
  { code: 'http.upgrade_missing', how: 'an ordinary request at a WebSocket', status: 426, lines: ['GET /onebot/v11/ws HTTP/1.1', 'Host: HOST'] },
  { code: 'http.upgrade_missing', how: 'an ordinary request at a listener for WebSockets', status: 426, at: 'onebotHttp', lines: ['GET / HTTP/1.1', 'Host: HOST'] },
  { code: 'http.upgrade_bad', how: 'a handshake without a key', status: 400, lines: ['GET /wk HTTP/1.1', 'Host: HOST', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'], evidence: ['reason'] },
  { code: 'http.upgrade_bad', how: 'a handshake of version 7', status: 400, at: 'ws', lines: ['GET / HTTP/1.1', 'Host: HOST', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 7', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='], evidence: ['reason'] },
  { code: 'http.method_not_allowed', how: 'CONNECT', status: 405, lines: ['CONNECT example.com:443 HTTP/1.1', 'Host: HOST'] },
  { code: 'http.bad_body', how: 'what is no HTTP', status: 400, lines: ['hello there'], evidence: ['reason'] },
  { code: 'http.body_too_large', how: 'headers of 20 kB', status: 413, lines: ['GET / HTTP/1.1', 'Host: HOST', `X-Long: ${'x'.repeat(20_000)}`], evidence: ['reason'] },
];

function earlyCase(one: Early): Case {
  return {
    ...one,
    surface: 'listen',
    evidence: one.evidence ?? [],
    async provoke({ server }, from) {
      const to = server.at[one.at ?? 'http'];
      const request = [...one.lines, 'Connection: close'].join('\r\n').replace('HOST', to);
      const answer = parseAnswer(await raw(to, `${request}\r\n\r\n`, from));
      if (one.code.startsWith('http.upgrade_')) assert.equal(answer.headers['sec-websocket-version'], '13');
      if (one.status === 426) assert.equal(answer.headers['upgrade'], 'websocket');
      return problem(answer, one.code, one.status);
    },
  };
}

const tls: Case = {
  code: 'http.bad_body',
  how: 'TLS at a port without it',
  surface: 'listen',
  evidence: ['looksLike', 'firstBytes'],
  async provoke({ server }, from) {
    const hello = Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0, 1]), Buffer.alloc(200)]);
    return problem(parseAnswer(await raw(server.at.http, hello, from)), 'http.bad_body', 400);
  },
};

/** WuKongIM answers these two in its own way: 200 and a status of 19, and 400 in the words of back ends. */
const banned: Case = {
  code: 'wk.banned',
  how: 'a token for a banned account',
  surface: 'wukong-http',
  evidence: ['uid'],
  async provoke(world, from) {
    const answer = await world.admin('/user/token', { uid: 'frank', token: 't', device_flag: 1, device_level: 0 }, from);
    assert.deepEqual([answer.status, answer.json['status'], answer.json['reason']], [200, 19, 'wk.banned']);
    return { requestId: String(answer.json['requestId']), text: answer.text };
  },
};

/** The caller holds the admin secret, so the cause may be told; it is no credential that was refused. */
const reserved = (path: string, body: object): Case => ({
  code: 'wk.reserved_identity',
  how: `${path} for the system account`,
  surface: 'wukong-http',
  toldAs: 'wk.reserved_identity',
  evidence: ['uid'],
  async provoke(world, from) {
    const answer = await world.admin(path, body, from);
    assert.deepEqual([answer.status, answer.json['status'], answer.json['reason']], [400, 400, 'wk.reserved_identity']);
    return { requestId: String(answer.json['requestId']), text: answer.headers['x-request-id'] ?? '' };
  },
});

export const httpCases: readonly Case[] = [
  ...CREDENTIALS.flatMap((one) => [credentialCase('wukong-http', one), credentialCase('api', one)]),
  ...WUKONG.map((one) => httpCase('wukong-http', one)),
  ...API.map((one) => httpCase('api', one)),
  ...EARLY.map(earlyCase),
  tls,
  banned,
  reserved('/user/token', { uid: '____system', token: 't', device_flag: 1, device_level: 0 }),
  reserved('/message/send', { from_uid: '____manager', channel_id: GROUPS.team, channel_type: 2, payload: 'e30=' }),
];
