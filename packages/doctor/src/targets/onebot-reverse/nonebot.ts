import { type Facts, httpOf, seenAs, wsOf } from '../../model/facts.ts';
import { placeOf } from '../../reach/probes.ts';

/** The three addresses that adapter-onebot's V11 route table has for WebSocket. */
const TAILS = ['/onebot/v11/ws', '/onebot/v11/ws/', '/onebot/v11/'] as const;
const TAIL = /\/onebot\/v11(\/(ws\/?|http\/?)?)?$/;

/** What stands before the adapter's own paths in our address; '' when nothing does. */
export function prefixOf(facts: Facts): string {
  const { path } = placeOf(facts);
  return TAIL.test(path) ? path.replace(TAIL, '') : '';
}

/** A route that takes POST only answers GET with 405; the POST route names the header it misses before it looks at anything else. */
export function isAdapterThere(facts: Facts): boolean {
  return adapterPrefix(facts) !== null;
}

/** Where the adapter answered: the prefix of our own path, or the root. */
export function adapterPrefix(facts: Facts): string | null {
  if (isPostOnly(facts, 'A1') || httpOf(facts, 'A2')?.body.includes('Missing X-Self-ID Header') === true) return prefixOf(facts);
  return isPostOnly(facts, 'A1r') ? '' : null;
}

export function isPathRight(facts: Facts): boolean {
  const prefix = adapterPrefix(facts);
  // Where no NoneBot was found, the path is taken as the person gave it.
  return prefix === null || TAILS.some((tail) => placeOf(facts).path === prefix + tail);
}

export function rightPath(facts: Facts): string {
  const prefix = adapterPrefix(facts);
  return prefix === null || isPathRight(facts) ? placeOf(facts).path : `${prefix}/onebot/v11/ws`;
}

/** FastAPI's own 404, uvicorn's name, or the adapter itself. */
export function isFastApi(facts: Facts): boolean {
  if (isAdapterThere(facts)) return true;
  return ['H1', 'A1', 'A2', 'A1r'].some((id) => {
    const seen = httpOf(facts, id);
    return seen !== null && (seen.body.includes('{"detail":"Not Found"}') || /uvicorn/i.test(seen.headers['server'] ?? ''));
  });
}

/** Status of the real handshake: our own, or the one that the asking client met. */
export function handshakeStatus(facts: Facts): number | null {
  const own = wsOf(facts, 'W4') ?? wsOf(facts, 'W4r');
  const saw = facts.question.given['saw'];
  return own?.status ?? (typeof saw === 'number' ? saw : null);
}

/** Ids of the probes behind `handshakeStatus`. */
export function handshakeEvidence(facts: Facts): string[] {
  return ['W4', 'W4r'].filter((id) => seenAs(facts, id, 'ws') !== null);
}

function isPostOnly(facts: Facts, id: string): boolean {
  const seen = httpOf(facts, id);
  return seen?.status === 405 && /\bPOST\b/i.test(seen.headers['allow'] ?? '');
}
