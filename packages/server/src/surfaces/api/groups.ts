import { Type } from 'typebox';
import { addMembers } from '../../domain/channels/add-members.ts';
import { createGroup } from '../../domain/channels/create-group.ts';
import { findMemberChannel } from '../../domain/channels/find-channel.ts';
import { removeMembers } from '../../domain/channels/remove-members.ts';
import { GROUP } from '../../domain/model.ts';
import { shownName } from '../../domain/users/shown-name.ts';
import { ok, refuse } from '../../kernel/outcome.ts';
import { type ApiRoute, NOTHING, personOf, route } from './route.ts';

const uidList = Type.Array(Type.String({ maxLength: 128 }), { maxItems: 500 });

const create = route({
  method: 'POST',
  path: '/api/v1/groups',
  doc: 'Makes a group that the caller owns.',
  access: 'person',
  example: { name: 'Friends', members: ['bob'] },
  schema: Type.Object({ name: Type.String({ maxLength: 256 }), members: uidList }),
  async handle(context, { name, members }) {
    const made = await createGroup(context.deps, { owner: personOf(context), name, members });
    return made.ok ? ok({ channelId: made.value.id, name: made.value.name }) : made;
  },
});

const members = route({
  method: 'GET',
  path: '/api/v1/groups/:id/members',
  doc: 'The members of a group the caller is in.',
  access: 'person',
  example: {},
  schema: NOTHING,
  async handle(context) {
    const { deps, params } = context;
    const state = await findMemberChannel(deps, personOf(context), { channelId: params['id'] ?? '', channelType: GROUP });
    if (!state.ok) return state;
    const roles = state.value?.members ?? new Map<number, never>();
    const users = await deps.directory.usersByInt([...roles.keys()]);
    return ok({
      members: users.map((user) => ({
        uid: user.uid,
        name: shownName(user),
        role: roles.get(user.u)?.role ?? 'member',
        kind: user.kind,
      })),
    });
  },
});

const add = route({
  method: 'POST',
  path: '/api/v1/groups/:id/members',
  doc: 'A member adds existing accounts.',
  access: 'person',
  example: { uids: ['carol'] },
  schema: Type.Object({ uids: uidList }),
  async handle(context, { uids }) {
    const added = await addMembers(context.deps, {
      groupId: context.params['id'] ?? '',
      uids,
      actor: personOf(context),
      reset: false,
    });
    return added.ok ? ok({ added: added.value.length }) : added;
  },
});

const remove = route({
  method: 'DELETE',
  path: '/api/v1/groups/:id/members/:uid',
  doc: 'Leaves a group, or removes a member: the owner everybody, an admin plain members.',
  access: 'person',
  example: {},
  schema: NOTHING,
  async handle(context) {
    const { id = '', uid = '' } = context.params;
    const removed = await removeMembers(context.deps, { groupId: id, uids: [uid], actor: personOf(context) });
    if (!removed.ok) return removed;
    return removed.value.length === 0 ? refuse('resource.hidden', { reason: 'no such member' }) : ok({});
  },
});

export const groupRoutes: readonly ApiRoute[] = [create, members, add, remove];
