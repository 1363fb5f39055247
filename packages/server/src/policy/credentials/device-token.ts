import { timingSafeEqual } from 'node:crypto';
import type { DeviceToken, Session, User } from '../../domain/model.ts';
import type { Directory } from '../../domain/ports.ts';
import { isReservedUid } from '../../domain/users/account-rules.ts';
import type { Users } from '../../domain/users/users.ts';
import { type Outcome, ok, refuse } from '../../kernel/outcome.ts';
import type { AdminSecret } from './admin-secret.ts';
import type { BotTokens } from './bot-token.ts';
import type { Keyring } from './keyring.ts';
import { isSessionToken } from './sessions.ts';

/** What the peer claims in CONNECT, as it stands in the packet. */
export interface ConnectClaim {
  readonly uid: string;
  readonly token: string;
  readonly deviceFlag: number;
  readonly deviceId: string;
}

export interface VerifyPorts {
  readonly users: Users;
  readonly directory: Pick<Directory, 'deviceTokens' | 'sessionByHash'>;
  readonly keyring: Pick<Keyring, 'hash'>;
  readonly adminSecret: Pick<AdminSecret, 'matches'>;
  readonly botTokens: Pick<BotTokens, 'clientOf'>;
  readonly check: 'required' | 'optional' | 'off';
  now(): number;
}

export interface Admitted {
  readonly user: User;
  readonly deviceLevel: 0 | 1;
  /** The session of the page whose token the client has; null for every other credential. */
  readonly session: Session | null;
}

/** Identities that WuKongIM lets any client claim without a token, or with every permission. Nobody may. */
function isReservedIdentity(claim: Pick<ConnectClaim, 'uid' | 'deviceId'>): boolean {
  return claim.deviceId === '____device' || isReservedUid(claim.uid);
}

/** May this CONNECT become a session? The same work is done whether the uid exists or not. */
export async function verifyConnect(claim: ConnectClaim, ports: VerifyPorts): Promise<Outcome<Admitted>> {
  if (isReservedIdentity(claim)) return refuse('wk.reserved_identity', { uid: claim.uid, deviceId: claim.deviceId });
  const [user, tokens] = await Promise.all([ports.users.get(claim.uid), ports.directory.deviceTokens(claim.uid)]);
  // A back end may give its tokens any form, so one that looks like a session's may be none.
  const session = isSessionToken(claim.token) ? await ports.directory.sessionByHash(ports.keyring.hash(claim.token)) : null;
  const verdict = session === null ? checkToken(claim, tokens, ports) : checkSession(session, claim, ports);
  if (!verdict.ok) return verdict;
  const account = user ?? (await personOf(claim.uid, ports));
  if (account === null) return refuse('cred.unknown');
  if (account.banned) return refuse('wk.banned');
  if (account.kind !== 'person') return refuse('cred.wrong_kind', { accountKind: account.kind });
  return ok({ user: account, deviceLevel: verdict.value, session });
}

/** With the check off or optional, a uid that was never seen becomes a person. */
async function personOf(uid: string, ports: VerifyPorts): Promise<User | null> {
  if (ports.check === 'required') return null;
  const made = await ports.users.ensurePerson(uid);
  return made.ok ? made.value : null;
}

function checkToken(claim: ConnectClaim, tokens: readonly DeviceToken[], ports: VerifyPorts): Outcome<0 | 1> {
  if (ports.check === 'off') return ok(0);
  const unchecked = ports.check === 'optional' && tokens.length === 0;
  if (claim.token === '') return unchecked ? ok(0) : refuse('cred.missing');
  const matching = bestMatch(tokens, ports.keyring.hash(claim.token), claim.deviceFlag);
  const otherKind = kindOf(claim.token, ports);
  if (matching?.supersededMs === null && matching.deviceFlag === claim.deviceFlag) return ok(matching.deviceLevel);
  // From here on the peer may be told what is wrong with a secret that it has proved to hold.
  if (otherKind !== null) return refuse('cred.wrong_kind', { presentedKind: otherKind });
  if (matching === null) return unchecked ? ok(0) : refuse('cred.mismatch');
  const { supersededMs, deviceFlag } = matching;
  return supersededMs === null
    ? refuse('wk.flag_mismatch', { connectedWithFlag: claim.deviceFlag, registeredForFlag: deviceFlag })
    : refuse('cred.superseded', { registeredForFlag: deviceFlag, replacedAt: new Date(supersededMs).toISOString() });
}

function kindOf(value: string, ports: VerifyPorts): string | null {
  if (ports.adminSecret.matches(value)) return 'admin secret';
  return ports.botTokens.clientOf(value) === undefined ? null : 'bot token';
}

const NO_HASH = new Uint8Array(32);

/**
 * The token with this hash: a live one before a replaced one, of the claimed flag before another. Every token is compared to its end; a uid without any costs
 * one comparison, too.
 */
function bestMatch(tokens: readonly DeviceToken[], presented: Uint8Array, deviceFlag: number): DeviceToken | null {
  const rank = (token: DeviceToken) => (token.supersededMs === null ? 2 : 0) + (token.deviceFlag === deviceFlag ? 1 : 0);
  let best: DeviceToken | null = null;
  if (tokens.length === 0) sameHash(NO_HASH, presented);
  for (const token of tokens) if (sameHash(token.hash, presented) && (best === null || rank(token) > rank(best))) best = token;
  return best;
}

/** A page session opens its own account's chat, as a slave device. */
function checkSession(session: Session, claim: ConnectClaim, ports: VerifyPorts): Outcome<0 | 1> {
  if (session.kind === 'operator') return refuse('cred.wrong_kind', { presentedKind: 'session of an operator' });
  if (session.uid !== claim.uid) return refuse('cred.mismatch');
  return session.expiresMs > ports.now() ? ok(0) : refuse('cred.expired', { expiredMs: session.expiresMs });
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
