import { Type } from 'typebox';
import { listConversations } from '../../domain/conversations/list.ts';
import type { User } from '../../domain/model.ts';
import { createPerson } from '../../domain/users/create-person.ts';
import { shownName } from '../../domain/users/shown-name.ts';
import { ok, refuse } from '../../kernel/outcome.ts';
import { endSessions } from '../../runtime/kick.ts';
import { type ApiRoute, NOTHING, personOf, route } from './route.ts';

const createUser = route({
  method: 'POST',
  path: '/api/v1/users',
  doc: 'The operator makes a person who can log in, or sets name and password of one; another password signs the person out everywhere. Its bots may dial addresses of this machine and network.',
  access: 'operator',
  example: { uid: 'alice', name: 'Alice', password: 'a long sentence' },
  schema: Type.Object({
    uid: Type.String({ maxLength: 128 }),
    name: Type.String({ maxLength: 128 }),
    password: Type.String({ maxLength: 1024 }),
  }),
  async handle({ deps }, { uid, name, password }) {
    const verifier = await deps.auth.newVerifier(uid, password);
    if (!verifier.ok) return verifier;
    const made = await createPerson(deps, { uid, name, passwordVerifier: verifier.value, privateTargets: true });
    if (!made.ok) return made;
    // The sessions themselves went with the old password.
    if (verifier.value !== null)
      endSessions(deps.hub, made.value.u, { refusal: { code: 'cred.revoked' }, which: (one) => one.openedBy !== null });
    return ok({ uid: made.value.uid, name: made.value.name });
  },
});

const me = route({
  method: 'GET',
  path: '/api/v1/me',
  doc: 'Who the token belongs to.',
  access: 'any',
  example: {},
  schema: NOTHING,
  handle: async ({ principal }) =>
    ok(principal?.kind === 'person' ? describe(principal.user) : { uid: '', name: 'operator', kind: 'operator', numericId: 0 }),
});

const oneUser = route({
  method: 'GET',
  path: '/api/v1/users/:uid',
  doc: 'An account by its uid.',
  access: 'any',
  example: {},
  schema: NOTHING,
  async handle({ deps, params }) {
    const user = await deps.users.get(params['uid'] ?? '');
    return user === null ? refuse('resource.hidden', { reason: 'no such account' }) : ok(describe(user));
  },
});

const contacts = route({
  method: 'GET',
  path: '/api/v1/contacts',
  doc: 'Whom the caller may want to talk to: conversation peers, friends and own bots.',
  access: 'person',
  example: {},
  schema: NOTHING,
  async handle(context) {
    const { deps } = context;
    const user = personOf(context);
    const peers = (await listConversations(deps, user)).map((row) => row.peer);
    const known = [...peers, ...(await deps.directory.friendsOf(user.u)), ...(await deps.directory.usersOwnedBy(user.uid))];
    const unique = new Map<string, User>();
    for (const one of known) if (one !== null && one.kind !== 'system' && one.u !== user.u) unique.set(one.uid, one);
    return ok({ users: [...unique.values()].map((one) => ({ uid: one.uid, name: shownName(one), kind: one.kind })) });
  },
});

function describe(user: User) {
  return { uid: user.uid, name: shownName(user), kind: user.kind, numericId: user.numericId };
}

export const userRoutes: readonly ApiRoute[] = [createUser, me, oneUser, contacts];
