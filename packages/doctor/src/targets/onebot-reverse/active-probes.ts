import { type Facts, noteOf, wsOf } from '../../model/facts.ts';
import type { Probe } from '../../model/target.ts';
import { isAnswering, placeOf } from '../../reach/probes.ts';
import { frameworkOf, isFrontPage } from './framework.ts';
import { freshStatus, isAccepted, ownHandshake, upgradeArrives, works } from './handshake.ts';
import { isPathRight, rightPath } from './path.ts';
import { freshId, GLANCE_MS, handshake, hasToken, LISTEN_MS, selfIdOf, STEP_MS } from './send.ts';
import { isSendable, schemeless, variantsOf } from './token-forms.ts';

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
    secret: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) => isWorthTrying(facts) && isPathRight(facts),
    run: (facts, tools) =>
      handshake(facts, tools, { path: placeOf(facts).path, selfId: selfIdOf(facts), token: tools.secrets['token'] }),
  },
  {
    id: 'W4r',
    says: { zh: '正确路径上的握手', en: 'the handshake at the right path' },
    active: true,
    secret: true,
    maxMs: STEP_MS + LISTEN_MS,
    when: (facts) => isWorthTrying(facts) && !isPathRight(facts) && rightPath(facts) !== null,
    run: (facts, tools) =>
      handshake(facts, tools, { path: rightPath(facts) ?? '/', selfId: selfIdOf(facts), token: tools.secrets['token'] }),
  },
  {
    id: 'W4b',
    says: { zh: '换一个机器人号的握手', en: 'the handshake with a fresh bot id' },
    active: true,
    secret: true,
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
    secret: true,
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
    secret: true,
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
      secret: true,
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

/** Who answers may be what the person means. */
function isWorthTrying(facts: Facts): boolean {
  const framework = frameworkOf(facts);
  const bare = wsOf(facts, 'W3');
  const isElsewhere = framework === null && (isFrontPage(bare) || isRedirect(bare?.status ?? 0));
  const isForeign = framework === 'fastapi' || framework === 'quart' || isElsewhere;
  return isAnswering(facts) && !isForeign && upgradeArrives(facts) !== false;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Refused with a bot id that nobody holds, or not sent at all because no header can carry it. */
function isTokenRefused(facts: Facts): boolean {
  const own = ownHandshake(facts);
  if (own === null || !hasToken(facts)) return false;
  return (
    own.error === 'ERR_INVALID_CHAR' || own.status === 401 || (own.status === 403 && [403, null].includes(freshStatus(facts)))
  );
}
