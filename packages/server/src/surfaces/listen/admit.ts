import type { Refusal } from '@hufu/refusals';
import { isUid } from '../../domain/users/uid.ts';
import { refusalOf } from '../../kernel/outcome.ts';
import type { Admitted } from '../../policy/credentials/device-token.ts';
import { KICK_GRACE_MS, kickOthers } from '../../runtime/kick.ts';
import type { LiveSession } from '../../runtime/session.ts';
import type { ClientSurfaceDeps, ConnectClaim } from './client-deps.ts';
import type { ClientSession } from './client-session.ts';

/** A client that says CONNECT. */
export interface Arrival {
  readonly claim: ConnectClaim;
  /** The token is right: what is left of the handshake, up to the answer. A refusal says why it came to nothing. */
  welcome(admitted: Admitted): Refusal | null;
  refuse(refusal: Refusal): void;
}

const NO_ROOM: Refusal = { code: 'limit.connections', retryAfterSeconds: 10 };

/** CONNECT, whatever happens answered: a fault of ours is a refusal too. */
export async function handleArrival<Item>(session: ClientSession<Item>, arrival: Arrival): Promise<void> {
  session.authenticating();
  try {
    const refusal = await admit(session, arrival);
    if (refusal !== null) arrival.refuse(refusal);
  } catch (error) {
    arrival.refuse(refusalOf(error));
  }
}

/** Step by step: a possible uid, room for one more, the token, the answer, who has to leave. null also when its client has gone meanwhile. */
async function admit<Item>(session: ClientSession<Item>, { claim, welcome }: Arrival): Promise<Refusal | null> {
  const { deps } = session;
  if (!isUid(claim.uid)) return { code: 'wk.uid_invalid' };
  if (isFull(deps)) return NO_ROOM;
  const admitted = await deps.authenticate(claim);
  if (!admitted.ok) return admitted.refusal;
  // The token check waits for the store: meanwhile the client may have gone, or others may have taken the last places.
  if (!session.isAuthenticating) return null;
  if (isFull(deps)) return NO_ROOM;
  const limit = deps.limits.connectionsPerAccount;
  if (othersOf(session, admitted.value.user.u, claim) >= limit) return { ...NO_ROOM, evidence: { limit, of: 'account' } };
  const refusal = welcome(admitted.value);
  if (refusal !== null) return refusal;
  kickOthers(deps.hub, session);
  // From here on the end of its session finds this connection; one that came before, while the token was looked at, did not.
  const { session: openedBy } = admitted.value;
  if (openedBy !== null && !(await deps.hasSession(openedBy))) session.end({ code: 'cred.revoked' }, KICK_GRACE_MS);
  return null;
}

/** Connections of the account that this one does not replace. */
function othersOf<Item>({ deps }: ClientSession<Item>, u: number, { deviceFlag, deviceId }: ConnectClaim): number {
  const isOther = (one: LiveSession) => one.deviceFlag !== deviceFlag || one.deviceId !== deviceId;
  return deps.hub.sessionsOf(u).filter(isOther).length;
}

function isFull({ hub, limits }: Pick<ClientSurfaceDeps, 'hub' | 'limits'>): boolean {
  return hub.size >= limits.connections;
}
