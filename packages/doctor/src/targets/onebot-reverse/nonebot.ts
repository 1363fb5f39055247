import { type Facts, httpOf } from '../../model/facts.ts';
import { placeOf } from '../../reach/probes.ts';

/** The three addresses that adapter-onebot's V11 route table has for WebSocket. */
export const TAILS = ['/onebot/v11/ws', '/onebot/v11/ws/', '/onebot/v11/'] as const;
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

/** Ids of the probes that showed the adapter. */
export function adapterEvidence(facts: Facts): string[] {
  if (isPostOnly(facts, 'A1r')) return ['A1r'];
  return [...(isPostOnly(facts, 'A1') ? ['A1'] : []), ...(httpOf(facts, 'A2')?.status === 400 ? ['A2'] : [])];
}

export function isV12There(facts: Facts): boolean {
  return isPostOnly(facts, 'A3');
}

function isPostOnly(facts: Facts, id: string): boolean {
  const seen = httpOf(facts, id);
  return seen?.status === 405 && /\bPOST\b/i.test(seen.headers['allow'] ?? '');
}
