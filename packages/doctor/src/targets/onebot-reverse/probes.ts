import { randomBytes, randomInt } from 'node:crypto';
import { type Facts, httpOf, wsOf } from '../../model/facts.ts';
import type { Probe } from '../../model/target.ts';
import { httpUrl, isReached, placeOf, via, wsUrl } from '../../reach/probes.ts';
import type { Tools } from '../../tools/tools.ts';
import { isAdapterThere, isPathRight, prefixOf, rightPath } from './nonebot.ts';

const STEP_MS = 2500;
/** A framework that refuses after accepting does so at once; Koishi asks get_login_info in this time. */
const LISTEN_MS = 1200;

/** Harmless ones first: nothing of them registers a bot. The token travels only to the exact address, and only when asked to act. */
export const probes: readonly Probe[] = [
  {
    id: 'A1',
    says: { zh: '适配器路由的回答', en: "the adapter's route" },
    maxMs: STEP_MS,
    when: isReached,
    run: (facts, tools) => get(facts, tools, `${prefixOf(facts)}/onebot/v11/`),
  },
  {
    // Refused before anything is registered: X-Self-ID is looked for first.
    id: 'A2',
    says: { zh: '适配器的 POST 路由', en: "the adapter's POST route" },
    maxMs: STEP_MS,
    when: isReached,
    run: (facts, tools) => post(facts, tools, {}),
  },
  {
    id: 'A1r',
    says: { zh: '根路径下的适配器', en: 'the adapter at the root' },
    maxMs: STEP_MS,
    when: (facts) => isReached(facts) && prefixOf(facts) !== '' && !isAdapterThere(facts),
    run: (facts, tools) => get(facts, tools, '/onebot/v11/'),
  },
  {
    id: 'A3',
    says: { zh: 'V12 适配器的路由', en: 'the route of the V12 adapter' },
    maxMs: STEP_MS,
    when: (facts) => isReached(facts) && !isAdapterThere(facts) && httpOf(facts, 'A1')?.status === 404,
    run: (facts, tools) => get(facts, tools, `${prefixOf(facts)}/onebot/v12/`),
  },
  {
    // With an id and no body: refused for the missing body or signature, after the id was read and before anything is registered.
    id: 'A4',
    says: { zh: '机器人号是否送达', en: 'whether the bot id arrives' },
    maxMs: STEP_MS,
    when: (facts) => isAdapterThere(facts),
    run: (facts, tools) => post(facts, tools, { 'X-Self-ID': selfIdOf(facts) }),
  },
  {
    id: 'W2',
    says: { zh: '随机路径的 WebSocket 握手', en: 'a handshake at a random path' },
    maxMs: STEP_MS,
    when: isReached,
    run: (facts, tools) =>
      tools.ws({
        url: wsUrl(facts, `/hufu-probe-${randomBytes(6).toString('hex')}`),
        ...via(facts),
        listenMs: 200,
        maxMs: STEP_MS,
      }),
  },
  {
    id: 'W4',
    says: { zh: '真实握手', en: 'the real handshake' },
    active: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) => isReached(facts) && isPathRight(facts),
    run: (facts, tools) => handshake(facts, tools, { path: placeOf(facts).path, selfId: selfIdOf(facts), token: true }),
  },
  {
    id: 'W4r',
    says: { zh: '正确路径上的握手', en: 'the handshake at the right path' },
    active: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) => isAdapterThere(facts) && !isPathRight(facts),
    run: (facts, tools) => handshake(facts, tools, { path: rightPath(facts), selfId: selfIdOf(facts), token: true }),
  },
  {
    id: 'W4b',
    says: { zh: '换一个机器人号的握手', en: 'the handshake with a fresh bot id' },
    active: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) => [wsOf(facts, 'W4')?.status, wsOf(facts, 'W4r')?.status].includes(403),
    run: (facts, tools) => handshake(facts, tools, { path: rightPath(facts), selfId: freshId(), token: true }),
  },
  {
    id: 'W5',
    says: { zh: '不带令牌的握手', en: 'the handshake without a token' },
    active: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) => wsOf(facts, 'W4')?.status === 101 && facts.question.secrets['token'] !== undefined,
    run: (facts, tools) => handshake(facts, tools, { path: placeOf(facts).path, selfId: freshId(), token: false }),
  },
];

function get(facts: Facts, tools: Tools, path: string) {
  return tools.http({ url: httpUrl(facts, path), method: 'GET', ...via(facts), maxMs: STEP_MS });
}

function post(facts: Facts, tools: Tools, headers: Readonly<Record<string, string>>) {
  const url = httpUrl(facts, `${prefixOf(facts)}/onebot/v11/http`);
  return tools.http({ url, method: 'POST', headers, ...via(facts), maxMs: STEP_MS });
}

function handshake(facts: Facts, tools: Tools, how: { readonly path: string; readonly selfId: string; readonly token: boolean }) {
  const token = tools.secrets['token'];
  return tools.ws({
    url: wsUrl(facts, how.path),
    headers: {
      'X-Self-ID': how.selfId,
      'X-Client-Role': 'Universal',
      ...(how.token && token !== undefined ? { Authorization: `Bearer ${token}` } : {}),
    },
    ...via(facts),
    listenMs: LISTEN_MS,
    maxMs: STEP_MS,
  });
}

function selfIdOf(facts: Facts): string {
  const { selfId } = facts.question.given;
  return selfId === undefined ? freshId() : String(selfId);
}

/** In the range of bot numbers, and unlikely to be anybody's. */
function freshId(): string {
  return String(randomInt(3_900_000_000, 4_200_000_000));
}
