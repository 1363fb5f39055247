import { type Facts, noteOf, seenAs, wsOf } from '../../model/facts.ts';
import type { Confidence } from '../../model/target.ts';
import { frameworkOf } from './framework.ts';
import {
  foreignRefusal,
  freshStatus,
  handshakeEvidence,
  handshakeStatus,
  isSelfIdLost,
  ownHandshake,
  upgradeArrives,
} from './handshake.ts';
import { adapterEvidence } from './nonebot.ts';
import { isPathRight } from './path.ts';

export interface TokenRefusal {
  readonly confidence: Confidence;
  readonly evidence: readonly string[];
}

const HELD_MS = 60_000;

/** How sure it is that the token is what the other end does not take; null = it is not, or nothing speaks for it. */
export function tokenRefusal(facts: Facts): TokenRefusal | null {
  switch (frameworkOf(facts)) {
    case 'nonebot':
      return adapterRefusal(facts) ?? (isUndecided(facts) ? { confidence: 'possible', evidence: adapterEvidence(facts) } : null);
    case 'koishi':
      return null;
    case 'aiocqhttp':
      return statusRefusal(facts, 'certain') ?? barePossible(facts);
    case 'fastapi':
    case 'quart':
      return null;
    default:
      return statusRefusal(facts, 'likely');
  }
}

/** By elimination: route, upgrade, bot id and adapter are right, and the refusal is the adapter's own. What is left of its checks is the token, unless somebody else holds the bot id. */
export function adapterRefusal(facts: Facts): TokenRefusal | null {
  if (!isAdapterReady(facts) || handshakeStatus(facts) !== 403) return null;
  const fresh = freshStatus(facts);
  if (fresh === 101) return null;
  const evidence = [...handshakeEvidence(facts), ...(wsOf(facts, 'W4b') === null ? [] : ['W4b'])];
  if (fresh === 403) return { confidence: 'certain', evidence };
  const dropped = facts.question.given['droppedMsAgo'];
  return { confidence: typeof dropped === 'number' && dropped < HELD_MS ? 'possible' : 'likely', evidence };
}

/** NoneBot is ready for a handshake, and none was tried: token and bot id remain. A certificate that nobody trusts explains a failure by itself. */
export function isUndecided(facts: Facts): boolean {
  const isTrusted = (seenAs(facts, 'N3', 'tls')?.certificateError ?? null) === null;
  return (
    isAdapterReady(facts) && isTrusted && isPathRight(facts) && handshakeStatus(facts) === null && ownHandshake(facts) === null
  );
}

function isAdapterReady(facts: Facts): boolean {
  return (
    frameworkOf(facts) === 'nonebot' && upgradeArrives(facts) !== false && !isSelfIdLost(facts) && foreignRefusal(facts) === null
  );
}

/** Programs that tell 401 (none) from 403 (wrong). */
function statusRefusal(facts: Facts, sure: Confidence): TokenRefusal | null {
  const status = handshakeStatus(facts);
  if ((status !== 401 && status !== 403) || foreignRefusal(facts) !== null) return null;
  const own = ownHandshake(facts) !== null;
  return { confidence: own || status === 401 ? sure : 'likely', evidence: handshakeEvidence(facts) };
}

/** It refuses who brings no token; ours was not shown. */
function barePossible(facts: Facts): TokenRefusal | null {
  const asked = ['W3', 'W3k'].find((id) => wsOf(facts, id)?.status === 401);
  return asked === undefined || handshakeStatus(facts) !== null ? null : { confidence: 'possible', evidence: [asked] };
}

/** How the project's token relates to the given one: see `lookAtProject`. */
export function relation(facts: Facts): string {
  return String(noteOf(facts, 'C1')['token'] ?? '');
}
