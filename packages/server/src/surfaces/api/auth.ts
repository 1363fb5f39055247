import { Type } from 'typebox';
import { ok } from '../../kernel/outcome.ts';
import { sameHash } from '../../policy/credentials/device-token.ts';
import { endSessions } from '../../runtime/kick.ts';
import type { LiveSession } from '../../runtime/session.ts';
import { type ApiRoute, NOTHING, route } from './route.ts';

const login = route({
  method: 'POST',
  path: '/api/v1/auth/login',
  doc: 'A person logs in. Unknown uid and wrong password give the same answer.',
  access: 'open',
  example: { uid: 'alice', password: 'a long sentence' },
  schema: Type.Object({ uid: Type.String({ maxLength: 128 }), password: Type.String({ maxLength: 1024 }) }),
  async handle({ deps, caller }, { uid, password }) {
    const session = await deps.auth.login(uid, password, caller);
    if (!session.ok) return session;
    const user = await deps.users.get(uid);
    const { token, expiresMs } = session.value;
    return ok({
      token,
      uid,
      name: user?.name ?? uid,
      kind: user?.kind ?? 'person',
      expiresAt: new Date(expiresMs).toISOString(),
    });
  },
});

const operator = route({
  method: 'POST',
  path: '/api/v1/auth/operator',
  doc: 'The admin secret for an operator session.',
  access: 'open',
  example: { secret: 'the admin secret' },
  schema: Type.Object({ secret: Type.String({ maxLength: 1024 }) }),
  async handle({ deps, caller }, { secret }) {
    const session = await deps.auth.loginOperator(secret, caller);
    return session.ok
      ? ok({ token: session.value.token, kind: 'operator', expiresAt: new Date(session.value.expiresMs).toISOString() })
      : session;
  },
});

const logout = route({
  method: 'POST',
  path: '/api/v1/auth/logout',
  doc: 'Ends the session of the token, and the live connections that it opened.',
  access: 'any',
  example: {},
  schema: NOTHING,
  async handle({ deps, caller, principal }) {
    const ended = await deps.auth.logout(caller);
    if (!ended.ok) return ended;
    const opened = (one: LiveSession) => one.openedBy !== null && sameHash(one.openedBy.hash, ended.value);
    if (principal?.kind === 'person')
      endSessions(deps.hub, principal.user.u, { refusal: { code: 'cred.revoked' }, which: opened });
    return ok({});
  },
});

export const authRoutes: readonly ApiRoute[] = [login, operator, logout];
