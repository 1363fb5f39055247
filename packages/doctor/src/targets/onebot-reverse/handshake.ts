import { type Facts, httpOf, seenAs, type WsSeen, wsOf } from '../../model/facts.ts';
import { frameworkOf, hasFront, isFrontPage, isFrontServer, isWerkzeugPage } from './framework.ts';

/** Our own real handshake, if it was made. */
export function ownHandshake(facts: Facts): WsSeen | null {
  return wsOf(facts, 'W4') ?? wsOf(facts, 'W4r');
}

/** Status of the real handshake: our own, or the one that the asking client met. */
export function handshakeStatus(facts: Facts): number | null {
  const saw = facts.question.given['saw'];
  return ownHandshake(facts)?.status ?? (typeof saw === 'number' ? saw : null);
}

/** How the real handshake ended after it was accepted, as we or the asking client met it; null = it was not closed. */
export function closeMet(facts: Facts): { readonly code: number; readonly reason: string } | null {
  const { sawCloseCode: code, sawCloseReason: reason } = facts.question.given;
  const own = ownHandshake(facts);
  if (own !== null) return own.close;
  return typeof code === 'number' ? { code, reason: String(reason ?? '') } : null;
}

/** Ids of the probes behind `handshakeStatus`. */
export function handshakeEvidence(facts: Facts): string[] {
  return ['W4', 'W4r'].filter((id) => seenAs(facts, id, 'ws') !== null);
}

export function isAccepted(seen: WsSeen | null): boolean {
  return seen?.status === 101 && seen.close === null;
}

/** The real handshake at the person's own path works, and stays. */
export function works(facts: Facts): boolean {
  return isAccepted(wsOf(facts, 'W4'));
}

/** What a handshake with a bot id that nobody has met; null when none was made. */
export function freshStatus(facts: Facts): number | null {
  const fresh = wsOf(facts, 'W4b')?.status ?? null;
  return fresh ?? (facts.question.given['selfId'] === undefined ? (ownHandshake(facts)?.status ?? null) : null);
}

/** Whether handshakes reach a WebSocket server (true), or are answered like plain requests (false); null = cannot be told. */
export function upgradeArrives(facts: Facts): boolean | null {
  if (['W2', 'W3', 'W3k', 'W4', 'W4r'].some((id) => wsOf(facts, id)?.status === 101)) return true;
  const isStarlette = ['nonebot', 'fastapi'].includes(frameworkOf(facts) ?? '');
  for (const id of ['W2', 'W3']) {
    const asked = wsOf(facts, id);
    if (asked === null || isFrontPage(asked)) continue;
    // Starlette answers each upgrade that reaches it with 403 when no route takes it; 404 and 405 are its answers to plain requests.
    if (asked.status === 403) return true;
    if (isStarlette && (asked.status === 404 || asked.status === 405) && !isWerkzeugPage(asked)) return false;
  }
  return isVersionRefused(facts);
}

/** A WebSocket server refuses an unknown version itself; where the upgrade is lost, the application answers as it answers everything. */
function isVersionRefused(facts: Facts): boolean | null {
  const asked = httpOf(facts, 'W1');
  if (asked === null || asked.status === null) return null;
  if (asked.status === 101 || asked.status === 426) return true;
  if (asked.status === 400 && !isWerkzeugPage(asked)) return true;
  if (isWerkzeugPage(asked)) return false;
  if (isFrontPage(asked) || asked.status < 200 || asked.status >= 500 || (asked.status >= 300 && asked.status < 400)) return null;
  // Unknown programs: the very answer that a plain request gets.
  const plain = httpOf(facts, 'H1');
  const isSame = plain?.status === asked.status && plain.body === asked.body;
  return isSame && plain.status === wsOf(facts, 'W3')?.status ? false : null;
}

/** Ids of the probes behind `upgradeArrives`. */
export function upgradeEvidence(facts: Facts): string[] {
  return ['W2', 'W1'].filter((id) => facts.seen[id] !== undefined);
}

/** The POST route that names a missing X-Self-ID was given one. */
export function isSelfIdLost(facts: Facts): boolean {
  return httpOf(facts, 'A4')?.body.includes('Missing X-Self-ID Header') === true;
}

/** Ids of the refusals that something in front made by itself; null when there is no sign of one. NoneBot's own refusals are empty, and Werkzeug's pages are known. */
export function foreignRefusal(facts: Facts): string[] | null {
  const isNoneBot = frameworkOf(facts) === 'nonebot';
  const seen = ['W4', 'W4r', 'W3'].find((id) => {
    const one = wsOf(facts, id);
    const refused = one?.status === 403 || one?.status === 401;
    return refused && (isFrontPage(one) || (isNoneBot && one?.body !== ''));
  });
  if (seen !== undefined) return [seen];
  const { saw, sawBodyBytes, sawServer } = facts.question.given;
  if (saw !== 403 && saw !== 401) return null;
  const hasBody = isNoneBot && typeof sawBodyBytes === 'number' && sawBodyBytes > 0;
  // uvicorn puts no name on its refusals, so a front's name there, with none on the adapter's plain answers, is the front's own word.
  const hasName = typeof sawServer === 'string' && isFrontServer(sawServer) && isNoneBot && !hasFront(facts);
  return hasBody || hasName ? [] : null;
}
