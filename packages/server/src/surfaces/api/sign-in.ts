import type { Session, User } from '../../domain/model.ts';
import type { Directory } from '../../domain/ports.ts';
import type { Users } from '../../domain/users/users.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { type BearerPorts, identifyBearer } from '../../policy/credentials/bearer.ts';
import { extractCredential } from '../../policy/credentials/extract.ts';
import type { Keyring } from '../../policy/credentials/keyring.ts';
import { type LoginLock, OPERATOR } from '../../policy/credentials/login-lock.ts';
import { makeVerifier, verifyPassword } from '../../policy/credentials/passwords.ts';
import { openSession } from '../../policy/credentials/sessions.ts';
import type { Caller } from '../listen/caller.ts';
import type { Auth, NewSession, Principal } from './deps.ts';

export interface SignInPorts extends BearerPorts {
  readonly directory: Pick<Directory, 'password' | 'saveSession' | 'sessionByHash' | 'removeSession'>;
  readonly users: Users;
  readonly keyring: Keyring;
  readonly lock: LoginLock;
}

/** Logins and sessions of the native API, on the credentials of policy. */
export function createAuth(ports: SignInPorts): Auth {
  return {
    login: (uid, password, caller) =>
      guarded(ports, { name: uid, lockedAs: `person ${uid}`, caller }, async () => {
        const [user, verifier] = await Promise.all([ports.users.get(uid), ports.directory.password(uid)]);
        // The password of nobody is computed too, so that time does not tell which accounts exist.
        const right = await verifyPassword(password, verifier);
        if (!right.ok) return right;
        const failed = whyNot(user, verifier, right.value);
        return ok(failed === null ? ({ kind: 'person', uid } as const) : { failed });
      }),
    loginOperator: (secret, caller) =>
      guarded(ports, { name: 'operator', lockedAs: OPERATOR, caller }, async () =>
        ok(ports.adminSecret.matches(secret) ? ({ kind: 'operator', uid: '' } as const) : { failed: 'wrong admin secret' }),
      ),
    async logout(caller) {
      const presented = extractCredential(caller, true);
      if (!presented.ok) return presented;
      const hash = ports.keyring.hash(presented.value.value);
      const removed = await ports.directory.removeSession(hash);
      return removed.ok ? ok(hash) : removed;
    },
    identify: (caller) => identify(ports, caller),
    async newVerifier(uid, password) {
      const verifier = await ports.directory.password(uid);
      const same = verifier === null ? ok(false) : await verifyPassword(password, verifier);
      if (!same.ok) return same;
      return same.value ? ok(null) : makeVerifier(password);
    },
  };
}

/** For the operator alone: the peer gets one answer for all of them. */
function whyNot(user: User | null, verifier: string | null, right: boolean): string | null {
  if (user === null) return 'unknown uid';
  if (user.kind !== 'person') return `a ${user.kind} account`;
  if (verifier === null) return 'no password was set';
  if (!right) return 'wrong password';
  return user.banned ? 'banned' : null;
}

type Proved = Pick<Session, 'kind' | 'uid'> | { readonly failed: string };

interface Attempt {
  readonly name: string;
  /** Under which tries are counted: no uid is the operator's. */
  readonly lockedAs: string;
  readonly caller: Caller;
}

async function guarded(
  ports: SignInPorts,
  { name, lockedAs, caller }: Attempt,
  prove: () => Promise<Outcome<Proved>>,
): Promise<Outcome<NewSession>> {
  const { lock, now } = ports;
  const locked = lock.begin(lockedAs, caller.address, now());
  if (locked !== null) return { ok: false, refusal: { ...locked, evidence: { name, ...locked.evidence } } };
  let result: 'right' | 'wrong' | 'undecided' = 'undecided';
  try {
    const proved = await prove();
    if (!proved.ok) return proved;
    result = 'failed' in proved.value ? 'wrong' : 'right';
    if ('failed' in proved.value) return refuse('cred.login_failed', { name, cause: proved.value.failed });
    return await openSession({ ...proved.value, nowMs: now() }, ports);
  } finally {
    lock.settle(lockedAs, caller.address, result);
  }
}

async function identify(ports: SignInPorts, caller: Caller): Promise<Outcome<Principal>> {
  const bearer = await identifyBearer(caller, ports);
  if (!bearer.ok) return bearer;
  if (bearer.value.kind === 'admin secret' || bearer.value.session.kind === 'operator') return ok({ kind: 'operator' });
  const { uid } = bearer.value.session;
  const user: User | null = await ports.users.get(uid);
  if (user === null) return refuse('cred.unknown', { uid });
  return user.banned ? refuse('wk.banned', { uid }) : ok({ kind: 'person', user });
}
