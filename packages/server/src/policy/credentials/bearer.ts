import type { Session } from '../../domain/model.ts';
import type { Directory } from '../../domain/ports.ts';
import { type Outcome, ok, refuse } from '../../kernel/outcome.ts';
import type { AdminSecret } from './admin-secret.ts';
import type { BotTokens } from './bot-token.ts';
import { type CredentialedRequest, extractCredential } from './extract.ts';
import type { Keyring } from './keyring.ts';

export interface BearerPorts {
  readonly directory: Pick<Directory, 'sessionByHash'>;
  readonly keyring: Pick<Keyring, 'hash' | 'fingerprint'>;
  readonly adminSecret: Pick<AdminSecret, 'matches'>;
  readonly botTokens: Pick<BotTokens, 'clientOf'>;
  now(): number;
}

/** Whose the credential of an HTTP request is: the admin secret, or a session that has not expired. */
export type Bearer = { readonly kind: 'admin secret' } | { readonly kind: 'session'; readonly session: Session };

/** The same work for every value that is wrong: one hash, one read. What the value is instead is found out after the answer. */
export async function identifyBearer(request: CredentialedRequest, ports: BearerPorts): Promise<Outcome<Bearer>> {
  const presented = extractCredential(request, true);
  if (!presented.ok) return presented;
  const { value, placement } = presented.value;
  if (ports.adminSecret.matches(value)) return ok({ kind: 'admin secret' });
  const session = await ports.directory.sessionByHash(ports.keyring.hash(value));
  const facts = { placement, presentedFingerprint: ports.keyring.fingerprint(value) };
  if (session !== null) {
    return session.expiresMs > ports.now()
      ? ok({ kind: 'session', session })
      : refuse('cred.expired', { ...facts, expiredMs: session.expiresMs });
  }
  // The peer has proved that it holds a bot's token.
  return ports.botTokens.clientOf(value) === undefined
    ? refuse('cred.unknown', facts)
    : refuse('cred.wrong_kind', { ...facts, presentedKind: 'bot token' });
}

/** For back ends: the admin secret and nothing else; no session opens these routes, not even an operator's. */
export async function admitBackend(request: CredentialedRequest, ports: BearerPorts): Promise<Outcome<void>> {
  const bearer = await identifyBearer(request, ports);
  if (!bearer.ok) return bearer;
  if (bearer.value.kind === 'admin secret') return ok();
  const { kind } = bearer.value.session;
  return refuse('cred.wrong_kind', { presentedKind: kind === 'operator' ? 'session of an operator' : 'session of a person' });
}
