import { randomBytes } from 'node:crypto';
import { type Facts, httpOf, seenAs, wsOf } from '../../model/facts.ts';
import type { Probe } from '../../model/target.ts';
import { httpUrl, isReached, placeOf, tlsOf, via, wsUrl } from '../../reach/probes.ts';
import { parseUrl } from '../../tools/redact.ts';
import type { Tools } from '../../tools/tools.ts';

const STEP_MS = 2000;
/** Peers that refuse by a frame do so at once; a lifecycle event is the first frame of a good connection. */
const LISTEN_MS = 700;
/** Ports where OneBot programs listen when nobody changed them: LLOneBot and NapCat 3000/3001, go-cqhttp 5700/6700, others 8080. */
const KNOWN_PORTS = [3001, 3000, 6700, 5700, 8080] as const;
const ROLE_PATHS = ['/', '/api', '/event'] as const;

export function isWs(facts: Facts): boolean {
  return /^wss?:$/.test(parseUrl(facts.question.url)?.protocol ?? '');
}

export function hasToken(facts: Facts): boolean {
  return facts.question.secrets['token'] !== undefined;
}

/** All of them read: connecting, listening, and the two actions that change nothing. */
export const probes: readonly Probe[] = [
  {
    id: 'H1',
    says: { zh: '普通 HTTP 请求的回答', en: 'the answer to a plain request' },
    maxMs: STEP_MS,
    when: isReached,
    run: (facts, tools) => tools.http({ url: httpUrl(facts, '/'), method: 'GET', ...via(facts), maxMs: STEP_MS }),
  },
  {
    id: 'N3p',
    says: { zh: '端口是否其实是 TLS', en: 'whether the port speaks TLS after all' },
    maxMs: STEP_MS,
    when: (facts) => !placeOf(facts).secure && isSilent(facts),
    run: (facts, tools) => tlsOf(facts, tools),
  },
  {
    id: 'D1',
    says: { zh: '是否是等待反向连接的框架', en: 'whether it is a framework that waits to be dialled' },
    maxMs: STEP_MS,
    when: (facts) => typeof httpOf(facts, 'H1')?.status === 'number',
    run: (facts, tools) => tools.http({ url: httpUrl(facts, '/onebot/v11/'), method: 'GET', ...via(facts), maxMs: STEP_MS }),
  },
  {
    id: 'F1',
    says: { zh: '不带令牌的 get_version_info', en: 'get_version_info without a token' },
    maxMs: STEP_MS,
    when: (facts) => isReached(facts) && !isWs(facts),
    run: (facts, tools) => call(facts, tools, {}),
  },
  {
    id: 'F2',
    secret: true,
    says: { zh: '带令牌的 get_version_info', en: 'get_version_info with the token' },
    maxMs: STEP_MS,
    when: (facts) => !isWs(facts) && hasToken(facts) && typeof httpOf(facts, 'F1')?.status === 'number',
    run: (facts, tools) => call(facts, tools, { Authorization: `Bearer ${tools.secrets['token'] ?? ''}` }),
  },
  {
    id: 'F3',
    says: { zh: '不带令牌的连接', en: 'the connection without a token' },
    maxMs: STEP_MS,
    when: (facts) => isReached(facts) && isWs(facts) && !isSilent(facts),
    run: (facts, tools) => connect(facts, tools, { path: placeOf(facts).path, token: false }),
  },
  {
    id: 'F4',
    secret: true,
    says: { zh: '带令牌的连接', en: 'the connection with the token' },
    maxMs: STEP_MS,
    when: (facts) => wsOf(facts, 'F3') !== null && hasToken(facts),
    run: (facts, tools) => connect(facts, tools, { path: placeOf(facts).path, token: true }),
  },
  ...ROLE_PATHS.map(
    (path): Probe => ({
      id: `F4${path}`,
      secret: true,
      says: { zh: `路径 ${path}`, en: `the path ${path}` },
      maxMs: STEP_MS,
      when: (facts) => wsOf(facts, 'F3') !== null && placeOf(facts).path !== path && needsOtherPaths(facts),
      run: (facts, tools) => connect(facts, tools, { path, token: hasToken(facts) }),
    }),
  ),
  {
    // As the person's own client does it: only when asked to, since addresses are written to logs.
    id: 'F4q',
    secret: true,
    says: { zh: '令牌写在查询参数里的连接', en: 'the connection with the token in the query' },
    active: true,
    maxMs: STEP_MS,
    when: (facts) => facts.question.given['tokenInQuery'] !== undefined && wsOf(facts, 'F4')?.status === 101,
    run: (facts, tools) =>
      connect(facts, tools, {
        path: `${placeOf(facts).path}?${String(facts.question.given['tokenInQuery'])}=${encodeURIComponent(tools.secrets['token'] ?? '')}`,
        token: false,
      }),
  },
  ...KNOWN_PORTS.map(
    (port): Probe => ({
      id: `N2.${port}`,
      says: { zh: `常用端口 ${port}`, en: `the usual port ${port}` },
      maxMs: 500,
      when: (facts) =>
        port !== placeOf(facts).port && (seenAs(facts, 'N2', 'tcp')?.tries.every((one) => one.result === 'refused') ?? false),
      run: (facts, tools) => tools.connect((seenAs(facts, 'N1', 'dns')?.addresses ?? []).slice(0, 1), port, 500),
    }),
  ),
];

/** The connection that counts: with the token when there is one. */
export function connectionOf(facts: Facts) {
  return wsOf(facts, 'F4') ?? wsOf(facts, 'F3');
}

export function connectionId(facts: Facts): 'F3' | 'F4' {
  return facts.seen['F4'] === undefined ? 'F3' : 'F4';
}

export interface Frames {
  readonly lifecycle: boolean;
  /** The answer to our get_status; null = none came. */
  readonly answer: { readonly ok: boolean; readonly retcode: number; readonly text: string } | null;
  /** A frame that refuses the connection itself, as LLOneBot and NapCat send. */
  readonly refused: boolean;
}

/** What the frames of a connection say. */
export function framesOf(frames: readonly string[]): Frames {
  let lifecycle = false;
  let answer: Frames['answer'] = null;
  let refused = false;
  for (const frame of frames) {
    const value = parse(frame);
    if (value === null) continue;
    if (value['meta_event_type'] === 'lifecycle') lifecycle = true;
    const retcode = Number(value['retcode'] ?? 0);
    if (typeof value['echo'] === 'string' && value['echo'].startsWith('hufu-'))
      answer = {
        ok: value['status'] === 'ok' || retcode === 0,
        retcode,
        text: String(value['wording'] ?? value['message'] ?? '').slice(0, 120),
      };
    else if (value['status'] === 'failed' && [1401, 1403].includes(retcode)) refused = true;
  }
  return { lifecycle, answer, refused };
}

/** Refused before the upgrade, by a frame, or by a close that says so. */
export function isTurnedAway(facts: Facts, id: string): boolean {
  const seen = wsOf(facts, id);
  if (seen === null) return false;
  if (seen.status === 401 || seen.status === 403) return true;
  return (
    seen.status === 101 && (framesOf(seen.frames).refused || (seen.close !== null && [1002, 1008].includes(seen.close.code)))
  );
}

function needsOtherPaths(facts: Facts): boolean {
  const seen = connectionOf(facts);
  if (seen === null) return false;
  if (seen.status === 404) return true;
  const said = framesOf(seen.frames);
  // It is open, and one half of the protocol is missing.
  return seen.status === 101 && !isTurnedAway(facts, connectionId(facts)) && (said.answer?.ok !== true || !said.lifecycle);
}

function isSilent(facts: Facts): boolean {
  const plain = httpOf(facts, 'H1');
  return plain !== null && (plain.status === null || (plain.status === 400 && /https|tls|ssl/i.test(plain.body)));
}

function connect(facts: Facts, tools: Tools, how: { readonly path: string; readonly token: boolean }) {
  return tools.ws({
    url: wsUrl(facts, how.path),
    headers: how.token ? { Authorization: `Bearer ${tools.secrets['token'] ?? ''}` } : {},
    send: [JSON.stringify({ action: 'get_status', params: {}, echo: `hufu-${randomBytes(4).toString('hex')}` })],
    ...via(facts),
    listenMs: LISTEN_MS,
    maxMs: STEP_MS,
  });
}

function call(facts: Facts, tools: Tools, headers: Readonly<Record<string, string>>) {
  const base = placeOf(facts).path.replace(/\/(get_[a-z_]+)?$/, '');
  return tools.http({ url: httpUrl(facts, `${base}/get_version_info`), method: 'GET', headers, ...via(facts), maxMs: STEP_MS });
}

function parse(frame: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(frame);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
