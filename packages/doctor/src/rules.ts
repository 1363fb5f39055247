import type { RefusalCode } from '@hufu/refusals';
import type { Facts, HttpFact } from './facts.ts';

export interface Conclusion {
  readonly code: RefusalCode;
  readonly confidence: 'certain' | 'likely' | 'unknown';
  /** remote.path_wrong: what the path should be. */
  readonly rightPath?: string;
}

type Rule = (facts: Facts) => Conclusion | null;

/** Programs that stand in front of others; the framework's own WebSocket library also has a Server text of its own. */
const FRONTS = /nginx|openresty|tengine|cloudflare|cloudfront|caddy|envoy|traefik|haproxy|apache|iis/i;
const HELD_MS = 60_000;
const TAILS = ['/onebot/v11/ws', '/onebot/v11/ws/', '/onebot/v11/'] as const;

/** The first rule that has an answer decides; what is certain comes before what is inferred by elimination. */
const rules: readonly Rule[] = [
  ({ dns }) => (dns === 'failed' ? certain('remote.dns') : null),
  ({ tcp }) => (tcp === 'refused' ? certain('remote.refused') : null),
  ({ tcp }) => (tcp === 'timeout' || tcp === 'unreached' ? likely('remote.timeout') : null),
  ({ tls }) => (tls === 'mismatch' ? certain('remote.tls_mismatch') : null),
  ({ tcp }) => (tcp === 'reset' ? likely('remote.reset') : null),
  (facts) => (isRedirect(facts.observedStatus) ? certain('remote.redirect') : null),
  lostUpgrade,
  adapterMissing,
  wrongPath,
  frontBlock,
  heldSession,
  byElimination,
  statusSaysIt,
];

export function conclude(facts: Facts): Conclusion {
  for (const rule of rules) {
    const conclusion = rule(facts);
    if (conclusion !== null) return conclusion;
  }
  return { code: 'remote.unknown_403', confidence: 'unknown' };
}

/** Starlette answers every upgrade it gets with 403 when no route takes it; a 404 is the answer to a plain GET: the Upgrade header did not arrive, or nothing handles it. */
function lostUpgrade(facts: Facts): Conclusion | null {
  if (!isFastApi(facts) || facts.randomUpgrade?.status !== 404) return null;
  const throughProxy = facts.randomUpgrade.via || !/uvicorn|hypercorn|daphne/i.test(facts.randomUpgrade.server);
  return throughProxy ? likely('remote.upgrade_lost') : certain('remote.ws_lib_missing');
}

function adapterMissing(facts: Facts): Conclusion | null {
  if (!isFastApi(facts) || facts.adapter.some(isRegistered)) return null;
  return facts.adapter.length > 0 && facts.adapter.every(({ get }) => get?.status === 404)
    ? certain('remote.adapter_unregistered')
    : null;
}

function wrongPath(facts: Facts): Conclusion | null {
  const found = facts.adapter.find(isRegistered);
  if (found === undefined || TAILS.some((tail) => facts.path === found.prefix + tail)) return null;
  return { ...certain('remote.path_wrong'), rightPath: `${found.prefix}/onebot/v11/ws` };
}

/** The real handshake was answered by another program than the plain requests. */
function frontBlock(facts: Facts): Conclusion | null {
  if (facts.observedStatus !== null && facts.observedStatus >= 500) return likely('remote.front_block');
  const framework = facts.adapter.find(isRegistered)?.get?.server ?? '';
  const differs = FRONTS.test(facts.observedServer) && framework !== '' && facts.observedServer !== framework;
  return facts.observedStatus === 403 && differs ? likely('remote.front_block') : null;
}

function heldSession(facts: Facts): Conclusion | null {
  const recent = facts.droppedMsAgo !== null && facts.droppedMsAgo < HELD_MS;
  return facts.observedStatus === 403 && recent && facts.adapter.some(isRegistered) ? likely('remote.self_id_duplicate') : null;
}

/** Route, upgrade and adapter are right: what is left of NoneBot's checks is the token (or a bot id that somebody else holds). */
function byElimination(facts: Facts): Conclusion | null {
  if (facts.observedStatus !== 403 || !facts.adapter.some(isRegistered)) return null;
  return likely(facts.sentToken ? 'remote.token_mismatch' : 'remote.token_required');
}

/** Frameworks that answer a handshake with real statuses. */
function statusSaysIt(facts: Facts): Conclusion | null {
  if (facts.observedStatus === 401) return likely(facts.sentToken ? 'remote.token_mismatch' : 'remote.token_required');
  if (facts.observedStatus === 404) return likely('remote.path_wrong');
  if (facts.observedStatus === 426) return likely('remote.upgrade_lost');
  return facts.observedStatus === 403 && facts.sentToken && !isFastApi(facts) ? likely('remote.token_mismatch') : null;
}

function isRegistered({ get, post }: Facts['adapter'][number]): boolean {
  return (
    (get?.status === 405 && /\bPOST\b/i.test(get.allow)) ||
    (post?.status === 400 && post.body.includes('Missing X-Self-ID Header'))
  );
}

/** FastAPI's own 404 body, or its server's name. */
function isFastApi(facts: Facts): boolean {
  const seen: (HttpFact | null)[] = [...facts.adapter.flatMap(({ get, post }) => [get, post]), facts.randomUpgrade];
  return (
    facts.adapter.some(isRegistered) ||
    seen.some((fact) => fact !== null && (fact.body.includes('{"detail":"Not Found"}') || /uvicorn|hypercorn/i.test(fact.server)))
  );
}

function isRedirect(status: number | null): boolean {
  return status !== null && status >= 300 && status < 400;
}

function certain(code: RefusalCode): Conclusion {
  return { code, confidence: 'certain' };
}

function likely(code: RefusalCode): Conclusion {
  return { code, confidence: 'likely' };
}
