import { randomBytes } from 'node:crypto';
import { type Facts, httpOf, seenAs, wsOf } from '../../model/facts.ts';
import type { Probe } from '../../model/target.ts';
import { httpUrl, isReached, placeOf, tlsOf, via, wsUrl } from '../../reach/probes.ts';
import { parseUrl } from '../../tools/redact.ts';
import type { Tools } from '../../tools/tools.ts';

const STEP_MS = 1500;
/** A good CONNECT is answered in milliseconds; the real v2 never answers a bad one, so waiting longer tells nothing more. */
const CONNACK_MS = 1500;

export type Asked = 'tcp' | 'ws' | 'http';

/** What the address says it is. */
export function askedOf(facts: Facts): Asked {
  const scheme = parseUrl(facts.question.url)?.protocol ?? '';
  return scheme === 'tcp:' ? 'tcp' : /^wss?:$/.test(scheme) ? 'ws' : 'http';
}

export function flagOf(facts: Facts): number {
  return Number(facts.question.given['deviceFlag'] ?? (askedOf(facts) === 'ws' ? 1 : 0));
}

export function wkOf(facts: Facts, id: string) {
  return seenAs(facts, id, 'wk');
}

/** The other flags that SDKs use. */
export const OTHER_FLAGS = [0, 1, 2] as const;

/** Reads a list that nobody is on. Both servers have this call and guard it. */
const GUARDED = '/channel/whitelist?channel_id=hufu-probe&channel_type=2';

/** Ports first, without a word of WKProto; a CONNECT is sent only when asked to act, since a master token ends the user's other session. */
export const probes: readonly Probe[] = [
  {
    id: 'P1',
    says: { zh: '端口是否回答 HTTP', en: 'whether the port answers HTTP' },
    maxMs: STEP_MS,
    when: isReached,
    run: (facts, tools) => get(facts, tools, { path: askedOf(facts) === 'http' ? '/route' : '/', token: false }),
  },
  {
    id: 'W1',
    says: { zh: '端口是否接受 WebSocket', en: 'whether the port takes a WebSocket' },
    maxMs: STEP_MS,
    when: (facts) => isReached(facts) && (askedOf(facts) === 'ws' || (askedOf(facts) === 'tcp' && answersHttp(facts))),
    run: (facts, tools) => tools.ws({ url: wsUrl(facts, pathOf(facts)), ...via(facts), listenMs: 150, maxMs: STEP_MS }),
  },
  {
    id: 'N3p',
    says: { zh: '端口是否其实是 TLS', en: 'whether the port speaks TLS after all' },
    maxMs: STEP_MS,
    when: (facts) => !placeOf(facts).secure && isSilent(facts),
    run: (facts, tools) => tlsOf(facts, tools),
  },
  {
    id: 'A2',
    says: { zh: '不带令牌能否读取 API', en: 'whether the API can be read without a token' },
    maxMs: STEP_MS,
    when: (facts) => askedOf(facts) === 'http' && httpOf(facts, 'P1')?.status === 200,
    run: (facts, tools) => get(facts, tools, { path: GUARDED, token: false }),
  },
  {
    id: 'A1',
    secret: true,
    says: { zh: '带管理令牌的 API 请求', en: 'the API with the manager token' },
    maxMs: STEP_MS,
    when: (facts) => apiRefusal(facts) !== null && facts.question.secrets['managerToken'] !== undefined,
    run: (facts, tools) => get(facts, tools, { path: GUARDED, token: true }),
  },
  {
    // Nobody can be logged in with it: the real v2 cuts it off at once, a Hufu answers it, and a port that is none of them does neither.
    id: 'K0',
    says: { zh: '不带 uid 的 CONNECT', en: 'a CONNECT without a uid' },
    maxMs: CONNACK_MS,
    when: (facts) => isReached(facts) && spokenOver(facts) !== null && !saysWkProto(facts),
    run: (facts, tools) =>
      tools.wk({
        ...endOf(facts, spokenOver(facts) ?? 'tcp'),
        uid: '',
        token: '',
        deviceFlag: flagOf(facts),
        deviceId: deviceId(),
        maxMs: CONNACK_MS,
      }),
  },
  {
    id: 'K2',
    secret: true,
    says: { zh: '真实的 CONNECT', en: 'the real CONNECT' },
    active: true,
    maxMs: CONNACK_MS,
    when: (facts) =>
      isReached(facts) &&
      askedOf(facts) !== 'http' &&
      facts.question.given['uid'] !== undefined &&
      !isWrongPort(facts) &&
      spokenOver(facts) !== null,
    run: (facts, tools) => connect(facts, tools, { flag: flagOf(facts), transport: askedOf(facts) === 'ws' ? 'ws' : 'tcp' }),
  },
  ...OTHER_FLAGS.map(
    (flag): Probe => ({
      id: `K4.${flag}`,
      secret: true,
      says: { zh: `设备标识 ${flag} 的 CONNECT`, en: `CONNECT with device flag ${flag}` },
      active: true,
      maxMs: CONNACK_MS,
      when: (facts) => isRefused(facts) && flag !== flagOf(facts) && facts.question.secrets['token'] !== undefined,
      run: (facts, tools) => connect(facts, tools, { flag, transport: askedOf(facts) === 'ws' ? 'ws' : 'tcp' }),
    }),
  ),
  {
    id: 'K5',
    says: { zh: '随机账号的 CONNECT', en: 'CONNECT as nobody' },
    active: true,
    maxMs: CONNACK_MS,
    when: (facts) => wkOf(facts, 'K2') !== null && !isMute(facts),
    run: (facts, tools) =>
      tools.wk({
        ...endOf(facts, askedOf(facts) === 'ws' ? 'ws' : 'tcp'),
        uid: `hufu-probe-${randomBytes(6).toString('hex')}`,
        token: randomBytes(12).toString('hex'),
        deviceFlag: flagOf(facts),
        deviceId: deviceId(),
        maxMs: CONNACK_MS,
      }),
  },
];

/** The CONNECT was refused in one way or the other: a reason, or the silence of a server that does speak. */
export function isRefused(facts: Facts): boolean {
  const seen = wkOf(facts, 'K2');
  return seen !== null && seen.connack?.reasonCode !== 1 && !isMute(facts);
}

/** Not one CONNECT got any answer, not even that it is cut off. */
export function isMute(facts: Facts): boolean {
  const tried = ['K0', 'K2'].flatMap((id) => wkOf(facts, id) ?? []);
  return wkOf(facts, 'K0') !== null && tried.every((seen) => seen.error === 'ETIMEDOUT');
}

/** How a CONNECT without a uid was turned away; null when it was not. */
export function turnedAway(facts: Facts): 'answered' | 'cut off' | null {
  const seen = wkOf(facts, 'K0');
  if (seen === null || seen.strangeBytes !== '') return null;
  if (seen.connack !== null) return 'answered';
  return seen.closedAfterMs !== null || seen.error === 'ECONNRESET' ? 'cut off' : null;
}

/** What a CONNECT can go over here; null where HTTP, TLS or something else is spoken. */
function spokenOver(facts: Facts): 'tcp' | 'ws' | null {
  if (facts.seen['P1'] === undefined || isTls(facts)) return null;
  if (askedOf(facts) === 'ws' && wsOf(facts, 'W1')?.status === 101) return 'ws';
  return answersHttp(facts) || isForeign(facts) ? null : 'tcp';
}

/** It says something by itself, and that is no HTTP: SSH, a database, mail. */
export function isForeign(facts: Facts): boolean {
  return /^HPE_/.test(httpOf(facts, 'P1')?.error ?? '');
}

/** The probe whose answer says that the API wants its token: the first one, unless `/route` is left open to clients. */
export function apiRefusal(facts: Facts): 'P1' | 'A2' | null {
  if (askedOf(facts) !== 'http') return null;
  return (['P1', 'A2'] as const).find((id) => httpOf(facts, id)?.status === 401) ?? null;
}

/** Hufu's TCP port, which tells an HTTP client in HTTP what it is; WuKongIM's closes without a word. */
export function saysWkProto(facts: Facts): boolean {
  const seen = httpOf(facts, 'P1');
  return seen?.status === 400 && /"type":"\/problems\/wk\.protocol"/.test(seen.body);
}

/** HTTP of its own, not only to say that it is none. */
export function answersHttp(facts: Facts): boolean {
  return httpOf(facts, 'P1')?.status != null && !saysWkProto(facts);
}

/** Neither HTTP nor a WebSocket, where one of them is meant. */
function isSilent(facts: Facts): boolean {
  const plain = httpOf(facts, 'P1');
  const isTold = plain?.status === 400 && /https|tls|ssl/i.test(plain.body);
  return askedOf(facts) !== 'tcp' && plain !== null && (plain.status === null || isTold);
}

function isTls(facts: Facts): boolean {
  return seenAs(facts, 'N3p', 'tls')?.result === 'tls';
}

/** The port does not speak what the scheme says. */
export function isWrongPort(facts: Facts): boolean {
  const plain = httpOf(facts, 'P1');
  if (plain === null || isTls(facts)) return false;
  if (askedOf(facts) === 'tcp') return answersHttp(facts);
  if (askedOf(facts) === 'http') return !answersHttp(facts);
  return wsOf(facts, 'W1')?.status !== 101;
}

function get(facts: Facts, tools: Tools, how: { readonly path: string; readonly token: boolean }) {
  const headers = how.token ? { token: tools.secrets['managerToken'] ?? '' } : {};
  return tools.http({ url: httpUrl(facts, how.path), method: 'GET', headers, ...via(facts), maxMs: STEP_MS });
}

function connect(facts: Facts, tools: Tools, how: { readonly flag: number; readonly transport: 'tcp' | 'ws' }) {
  return tools.wk({
    ...endOf(facts, how.transport),
    uid: String(facts.question.given['uid']),
    token: tools.secrets['token'] ?? '',
    deviceFlag: how.flag,
    deviceId: deviceId(),
    maxMs: CONNACK_MS,
  });
}

function endOf(facts: Facts, transport: 'tcp' | 'ws') {
  const { host, port } = placeOf(facts);
  return { transport, to: transport === 'ws' ? wsUrl(facts, pathOf(facts)) : `${host}:${port}`, ...via(facts) };
}

function pathOf(facts: Facts): string {
  return placeOf(facts).path || '/';
}

function deviceId(): string {
  return `hufu-doctor-${randomBytes(8).toString('hex')}`;
}
