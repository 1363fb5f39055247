import type { Users } from '../../domain/channels/channel-states.ts';
import type { Session, User } from '../../domain/model.ts';
import type { Directory } from '../../domain/ports.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { AdminSecret } from '../../policy/credentials/admin-secret.ts';
import { extractCredential } from '../../policy/credentials/extract.ts';
import type { Keyring } from '../../policy/credentials/keyring.ts';
import { type LoginLock, makeVerifier, verifyPassword } from '../../policy/credentials/passwords.ts';
import { openSession } from '../../policy/credentials/sessions.ts';
import type { Auth, Caller, NewSession, Principal } from './deps.ts';

export interface SignInPorts {
  readonly directory: Pick<Directory, 'password' | 'saveSession' | 'sessionByHash' | 'removeSession'>;
  readonly users: Users;
  readonly keyring: Keyring;
  readonly admin: Pick<AdminSecret, 'matches'>;
  readonly lock: LoginLock;
  now(): number;
}

/** Operators fail under a name that no account can have. */
const OPERATOR = '@operator';

/** Logins and sessions of the native API, on the credentials of policy. */
export function createAuth(ports: SignInPorts): Auth {
  return {
    login: (uid, password, caller) =>
      guarded(ports, uid, caller, async () => {
        const user = await ports.users.get(uid);
        // The password of nobody is computed too, so that time does not tell which accounts exist.
        const right = await verifyPassword(password, await ports.directory.password(uid));
        if (!right.ok) return right;
        return ok(right.value && user?.kind === 'person' && !user.banned ? ({ kind: 'person', uid } as const) : null);
      }),
    loginOperator: (secret, caller) =>
      guarded(ports, OPERATOR, caller, async () =>
        ok(ports.admin.matches(secret) ? ({ kind: 'operator', uid: '' } as const) : null),
      ),
    async logout(caller) {
      const presented = extractCredential(caller.headers, true);
      return presented.ok ? ports.directory.removeSession(ports.keyring.hash(presented.value.value)) : presented;
    },
    identify: (caller) => identify(ports, caller),
    makeVerifier,
  };
}

type Proved = Pick<Session, 'kind' | 'uid'>;

async function guarded(
  ports: SignInPorts,
  name: string,
  caller: Caller,
  prove: () => Promise<Outcome<Proved | null>>,
): Promise<Outcome<NewSession>> {
  const waitSeconds = ports.lock.waitSeconds(name, caller.address, ports.now());
  if (waitSeconds > 0) return refuse('cred.login_locked', { name, waitSeconds }, waitSeconds);
  const proved = await prove();
  if (!proved.ok) return proved;
  if (proved.value === null) {
    ports.lock.failed(name, caller.address, ports.now());
    return refuse('cred.login_failed', { name });
  }
  ports.lock.succeeded(name, caller.address);
  return openSession({ ...proved.value, nowMs: ports.now() }, ports);
}

async function identify(ports: SignInPorts, caller: Caller): Promise<Outcome<Principal>> {
  const presented = extractCredential(caller.headers, true);
  if (!presented.ok) return presented;
  const { value } = presented.value;
  if (ports.admin.matches(value)) return ok({ kind: 'operator' });
  const session = await ports.directory.sessionByHash(ports.keyring.hash(value));
  if (session === null) return refuse('cred.unknown', { fingerprint: ports.keyring.fingerprint(value) });
  if (session.expiresMs <= ports.now()) return refuse('cred.expired', { expiredMs: session.expiresMs });
  if (session.kind === 'operator') return ok({ kind: 'operator' });
  const user: User | null = await ports.users.get(session.uid);
  if (user === null) return refuse('cred.unknown', { uid: session.uid });
  return user.banned ? refuse('wk.banned', { uid: user.uid }) : ok({ kind: 'person', user });
}
