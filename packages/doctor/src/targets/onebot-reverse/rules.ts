import { certain, likely, possible, rule, warning } from '../../engine/conclude.ts';
import { type Facts, type HttpSeen, httpOf, wsOf } from '../../model/facts.ts';
import type { Edit, Rule } from '../../model/target.ts';
import {
  adapterPrefix,
  handshakeEvidence,
  handshakeStatus,
  isAdapterThere,
  isFastApi,
  isPathRight,
  rightPath,
} from './nonebot.ts';

const NONEBOT = 'NoneBot 2.5.0, adapter-onebot 2.4.6 (FastAPI)';
/** Programs that stand in front of others. */
const FRONTS = /nginx|openresty|tengine|cloudflare|cloudfront|caddy|envoy|traefik|haproxy|apache|iis/i;
const HELD_MS = 60_000;

export const rules: readonly Rule[] = [
  rule('remote.redirect', 'uvicorn 0.54', (facts) => {
    const status = handshakeStatus(facts);
    return status !== null && status >= 300 && status < 400 ? certain(handshakeEvidence(facts)) : null;
  }),
  // Starlette answers each upgrade that reaches it with 403 when no route takes it; 404 is its answer to a plain GET.
  rule('remote.ws_lib_missing', NONEBOT, (facts) =>
    isFastApi(facts) && wsOf(facts, 'W2')?.status === 404 && !hasFront(facts) ? certain(['W2']) : null,
  ),
  rule('remote.upgrade_lost', 'nginx 1.22', (facts) =>
    isFastApi(facts) && wsOf(facts, 'W2')?.status === 404 && hasFront(facts) ? likely(['W2']) : null,
  ),
  rule('remote.adapter_wrong_version', NONEBOT, (facts) =>
    isFastApi(facts) && !isAdapterThere(facts) && httpOf(facts, 'A3')?.status === 405
      ? certain(['A1', 'A3'], { edits: [registration] })
      : null,
  ),
  rule('remote.adapter_unregistered', NONEBOT, (facts) =>
    isFastApi(facts) && !isAdapterThere(facts) && httpOf(facts, 'A1')?.status === 404 && httpOf(facts, 'A3')?.status !== 405
      ? certain(['A1', 'A2'], { edits: [registration] })
      : null,
  ),
  rule('remote.path_wrong', NONEBOT, (facts) => {
    if (!isAdapterThere(facts) || isPathRight(facts)) return null;
    const url = new URL(facts.question.url);
    url.pathname = rightPath(facts);
    return certain([adapterPrefix(facts) === '' ? 'A1' : 'A2'], { edits: [{ software: '', file: 'url', change: url.href }] });
  }),
  rule('remote.self_id_missing', 'nginx 1.22', (facts) =>
    httpOf(facts, 'A4')?.body.includes('Missing X-Self-ID Header') === true ? certain(['A4'], { edits: [passHeaders] }) : null,
  ),
  rule('remote.front_block', 'nginx 1.22', (facts) => {
    const status = handshakeStatus(facts);
    if (status === null || (status !== 403 && status < 500)) return null;
    const body = wsOf(facts, 'W4')?.body ?? '';
    return isAdapterThere(facts) && (body !== '' || status >= 500) ? likely(handshakeEvidence(facts)) : null;
  }),
  rule('remote.self_id_duplicate', NONEBOT, (facts) => {
    if (!isRefused(facts)) return null;
    if (wsOf(facts, 'W4b')?.status === 101) return certain([...handshakeEvidence(facts), 'W4b']);
    const dropped = facts.question.given['droppedMsAgo'];
    return wsOf(facts, 'W4b') === null && typeof dropped === 'number' && dropped < HELD_MS
      ? likely(handshakeEvidence(facts))
      : null;
  }),
  rule('remote.token_required', NONEBOT, (facts) =>
    facts.question.secrets['token'] === undefined ? byElimination(facts) : null,
  ),
  rule('remote.token_mismatch', NONEBOT, (facts) =>
    facts.question.secrets['token'] === undefined ? null : byElimination(facts),
  ),
  rule('remote.token_required', 'aiocqhttp 1.4', (facts) =>
    handshakeStatus(facts) === 401 ? certain(handshakeEvidence(facts)) : null,
  ),
  rule('remote.token_mismatch', 'aiocqhttp 1.4', (facts) =>
    handshakeStatus(facts) === 403 && !isFastApi(facts) && facts.question.secrets['token'] !== undefined
      ? likely(handshakeEvidence(facts))
      : null,
  ),
  rule('remote.soft_refusal', 'Koishi adapter-onebot', (facts) => {
    const close = wsOf(facts, 'W4')?.close ?? null;
    if (close === null || close.code === 1006) return null;
    return certain(['W4'], {
      detail: { zh: `对方以 ${close.code} “${close.reason}” 关闭`, en: `it closed with ${close.code} "${close.reason}"` },
    });
  }),
  warning('remote.token_unset', NONEBOT, (facts) =>
    wsOf(facts, 'W5')?.status === 101 ? certain(['W5'], { edits: [tokenLine] }) : null,
  ),
];

/** Route, upgrade and adapter are right: what is left of the adapter's checks is the token, unless somebody else holds the bot id. */
function byElimination(facts: Facts) {
  if (!isRefused(facts)) return null;
  const fresh = wsOf(facts, 'W4b');
  if (fresh !== null) return fresh.status === 403 ? certain([...handshakeEvidence(facts), 'W4b'], { edits: [tokenLine] }) : null;
  const dropped = facts.question.given['droppedMsAgo'];
  const held = typeof dropped === 'number' && dropped < HELD_MS;
  const finding = held ? possible : likely;
  return finding(handshakeEvidence(facts), { edits: [tokenLine] });
}

function isRefused(facts: Facts): boolean {
  const bodiless = (wsOf(facts, 'W4') ?? wsOf(facts, 'W4r'))?.body ?? '';
  return handshakeStatus(facts) === 403 && isAdapterThere(facts) && bodiless === '';
}

function hasFront(facts: Facts): boolean {
  const headers = ['H1', 'A1', 'A2'].map((id) => httpOf(facts, id)?.headers ?? {});
  return headers.some((one: HttpSeen['headers']) => one['via'] !== undefined || FRONTS.test(one['server'] ?? ''));
}

const registration: Edit = {
  software: 'NoneBot 2',
  file: 'bot.py',
  change:
    'from nonebot.adapters.onebot.v11 import Adapter as OneBotAdapter\nnonebot.init()\nnonebot.get_driver().register_adapter(OneBotAdapter)',
};
const tokenLine: Edit = { software: 'NoneBot 2', file: '.env', change: 'ONEBOT_ACCESS_TOKEN="‹token›"' };
const passHeaders: Edit = { software: 'nginx', file: 'location { … }', change: 'proxy_set_header X-Self-ID $http_x_self_id;' };
