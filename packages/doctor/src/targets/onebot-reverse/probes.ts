import { type Facts, httpOf, noteOf, wsOf } from '../../model/facts.ts';
import type { Probe } from '../../model/target.ts';
import { isAnswering, placeOf, via, wsUrl } from '../../reach/probes.ts';
import { frameworkOf, isFrontPage } from './framework.ts';
import { freshStatus, isAccepted, ownHandshake, upgradeArrives, works } from './handshake.ts';
import { isAdapterThere, prefixOf } from './nonebot.ts';
import { defaultPath, isPathRight, rightPath } from './path.ts';
import {
  bareHandshake,
  freshId,
  get,
  GLANCE_MS,
  handshake,
  hasToken,
  LISTEN_MS,
  mayShowToken,
  oddVersion,
  post,
  randomPath,
  selfIdOf,
  STEP_MS,
} from './send.ts';
import { isSendable, schemeless, variantsOf } from './token-forms.ts';

/** Harmless ones first: nothing of them registers a bot. */
export const passiveProbes: readonly Probe[] = [
  {
    id: 'A1',
    says: { zh: '适配器路由的回答', en: "the adapter's route" },
    maxMs: STEP_MS,
    when: isAnswering,
    run: (facts, tools) => get(facts, tools, `${prefixOf(facts)}/onebot/v11/`),
  },
  {
    // Refused before anything is registered: X-Self-ID is looked for first.
    id: 'A2',
    says: { zh: '适配器的 POST 路由', en: "the adapter's POST route" },
    maxMs: STEP_MS,
    when: isAnswering,
    run: (facts, tools) => post(facts, tools, { path: `${prefixOf(facts)}/onebot/v11/http` }),
  },
  {
    id: 'A1r',
    says: { zh: '根路径下的适配器', en: 'the adapter at the root' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && prefixOf(facts) !== '' && !isAdapterThere(facts),
    run: (facts, tools) => get(facts, tools, '/onebot/v11/'),
  },
  {
    id: 'A3',
    says: { zh: 'V12 适配器的路由', en: 'the route of the V12 adapter' },
    maxMs: STEP_MS,
    when: (facts) => ['fastapi', 'quart'].includes(frameworkOf(facts) ?? '') && httpOf(facts, 'A1')?.status === 404,
    run: (facts, tools) => get(facts, tools, `${prefixOf(facts)}/onebot/v12/`),
  },
  {
    // With an id and no body: refused for the missing body or signature, after the id was read and before anything is registered.
    id: 'A4',
    says: { zh: '机器人号是否送达', en: 'whether the bot id arrives' },
    maxMs: STEP_MS,
    when: isAdapterThere,
    run: (facts, tools) =>
      post(facts, tools, { path: `${prefixOf(facts)}/onebot/v11/http`, headers: { 'X-Self-ID': selfIdOf(facts) } }),
  },
  {
    id: 'W2',
    says: { zh: '随机路径的 WebSocket 握手', en: 'a handshake at a random path' },
    maxMs: STEP_MS,
    when: isAnswering,
    run: (facts, tools) => tools.ws({ url: wsUrl(facts, randomPath(facts)), ...via(facts), listenMs: GLANCE_MS, maxMs: STEP_MS }),
  },
  {
    id: 'W3',
    says: { zh: '这个路径上不带任何身份的握手', en: 'a handshake at this path that says nothing about itself' },
    maxMs: STEP_MS,
    when: isAnswering,
    run: (facts, tools) => bareHandshake(facts, tools, placeOf(facts).path),
  },
  {
    id: 'W1',
    says: { zh: '版本不对的握手', en: 'a handshake of an unknown version' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && upgradeArrives(facts) === null,
    run: oddVersion,
  },
  {
    id: 'W3k',
    says: { zh: '默认路径上不带任何身份的握手', en: 'the same at the default path' },
    maxMs: STEP_MS,
    when: (facts) => !isPathRight(facts) && defaultPath(facts) !== null && defaultPath(facts) !== placeOf(facts).path,
    run: (facts, tools) => bareHandshake(facts, tools, defaultPath(facts) ?? '/'),
  },
];

/** With the token, and with --active only: a bot comes online for a moment where they succeed. */
export const activeProbes: readonly Probe[] = [
  {
    // Says how the token is written, which no answer shows.
    id: 'T1',
    says: { zh: '令牌的写法', en: 'how the token is written' },
    active: true,
    maxMs: 100,
    when: (facts) => hasToken(facts) && isAnswering(facts),
    run: async (_, tools) => {
      const token = tools.secrets['token'] ?? '';
      const { blanks, quotes, percent } = variantsOf(token);
      const values = { blanks: blanks !== null, quotes: quotes !== null, percent: percent !== null };
      return tools.note('form of the given token', {
        ...values,
        scheme: schemeless(token) !== token.trim(),
        sendable: isSendable(token),
      });
    },
  },
  {
    id: 'W4',
    says: { zh: '真实握手', en: 'the real handshake' },
    active: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) => isWorthTrying(facts) && isPathRight(facts),
    run: (facts, tools) =>
      handshake(facts, tools, { path: placeOf(facts).path, selfId: selfIdOf(facts), token: tools.secrets['token'] }),
  },
  {
    id: 'W4r',
    says: { zh: '正确路径上的握手', en: 'the handshake at the right path' },
    active: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) => isWorthTrying(facts) && !isPathRight(facts) && rightPath(facts) !== null,
    run: (facts, tools) =>
      handshake(facts, tools, { path: rightPath(facts) ?? '/', selfId: selfIdOf(facts), token: tools.secrets['token'] }),
  },
  {
    id: 'W4b',
    says: { zh: '换一个机器人号的握手', en: 'the handshake with a fresh bot id' },
    active: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) =>
      ownHandshake(facts)?.status === 403 && frameworkOf(facts) === 'nonebot' && facts.question.given['selfId'] !== undefined,
    run: (facts, tools) =>
      handshake(facts, tools, {
        path: rightPath(facts) ?? '/',
        selfId: freshId(),
        token: tools.secrets['token'],
        listenMs: GLANCE_MS,
      }),
  },
  {
    id: 'W5',
    says: { zh: '不带令牌的握手', en: 'the handshake without a token' },
    active: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) => works(facts) && hasToken(facts) && frameworkOf(facts) !== 'koishi',
    run: (facts, tools) => handshake(facts, tools, { path: placeOf(facts).path, selfId: freshId(), listenMs: GLANCE_MS }),
  },
  {
    // A role that is none: 500 when it arrives, 400 when the header is taken away.
    id: 'W6',
    says: { zh: '角色请求头是否送达', en: 'whether the role header arrives' },
    active: true,
    maxMs: STEP_MS,
    when: (facts) =>
      ownHandshake(facts)?.status === 400 && frameworkOf(facts) === 'aiocqhttp' && facts.question.given['role'] !== 'none',
    run: (facts, tools) =>
      handshake(facts, tools, {
        path: rightPath(facts) ?? '/',
        selfId: selfIdOf(facts),
        token: tools.secrets['token'],
        role: 'Hufu-Probe',
        listenMs: GLANCE_MS,
      }),
  },
  {
    id: 'S1',
    says: { zh: '写成 Bearer 的同一令牌', en: 'the same token written as Bearer' },
    active: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) => isTokenRefused(facts) && facts.question.given['scheme'] === 'raw',
    run: (facts, tools) =>
      handshake(facts, tools, {
        path: rightPath(facts) ?? '/',
        selfId: freshId(),
        token: schemeless(tools.secrets['token'] ?? ''),
        scheme: 'Bearer',
        listenMs: GLANCE_MS,
      }),
  },
  ...(['blanks', 'quotes', 'percent'] as const).map(
    (form, index): Probe => ({
      id: `V${index + 1}`,
      says: {
        zh: { blanks: '去掉首尾空白的令牌', quotes: '去掉引号的令牌', percent: '百分号解码后的令牌' }[form],
        en: {
          blanks: 'the token without blanks around it',
          quotes: 'the token without quotes',
          percent: 'the token percent-decoded',
        }[form],
      },
      active: true,
      maxMs: STEP_MS + LISTEN_MS,
      when: (facts) =>
        facts.question.given['tryVariants'] === true &&
        isTokenRefused(facts) &&
        noteOf(facts, 'T1')[form] === true &&
        !['V1', 'V2'].some((id) => isAccepted(wsOf(facts, id))),
      run: (facts, tools) =>
        handshake(facts, tools, {
          path: rightPath(facts) ?? '/',
          selfId: freshId(),
          token: variantsOf(tools.secrets['token'] ?? '')[form] ?? '',
          listenMs: GLANCE_MS,
        }),
    }),
  ),
];

/** Who answers may be what the person means, and can be trusted with the token. */
function isWorthTrying(facts: Facts): boolean {
  const framework = frameworkOf(facts);
  const root = httpOf(facts, 'H1')?.status ?? 0;
  const isForeign =
    framework === 'fastapi' ||
    framework === 'quart' ||
    (framework === null && (isFrontPage(wsOf(facts, 'W3')) || isRedirect(root)));
  return isAnswering(facts) && !isForeign && upgradeArrives(facts) !== false && mayShowToken(facts);
}

function isRedirect(status: number): boolean {
  return status >= 301 && status <= 308;
}

/** Refused with a bot id that nobody holds, or not sent at all because no header can carry it. */
function isTokenRefused(facts: Facts): boolean {
  const own = ownHandshake(facts);
  if (own === null || !hasToken(facts)) return false;
  return (
    own.error === 'ERR_INVALID_CHAR' || own.status === 401 || (own.status === 403 && [403, null].includes(freshStatus(facts)))
  );
}
