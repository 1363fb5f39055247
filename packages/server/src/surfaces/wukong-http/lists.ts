import { Type } from 'typebox';
import { editList, readList } from '../../domain/channels/edit-list.ts';
import { GROUP } from '../../domain/model.ts';
import { byte, isBlank, text, uids } from './fields.ts';
import { type Answer, done, route, type WukongRoute, wrong } from './route.ts';

type Name = 'whitelist' | 'blacklist';
type Edit = 'add' | 'set' | 'remove' | 'remove_all';

const LIST = { whitelist: 'allow', blacklist: 'deny' } as const;
const DOING = { add: 'Adds to', set: 'Replaces', remove: 'Removes from', remove_all: 'Empties' } as const;
const MEANING = {
  whitelist: 'Group: if somebody is on it, only those may send. Person: the friends of `channel_id`, one side each.',
  blacklist: 'Group: who may not send. Person: whom `channel_id` has blocked.',
} as const;

function listRoute(name: Name, edit: Edit): WukongRoute {
  return route({
    method: 'POST',
    path: `/channel/${name}_${edit}`,
    doc: `${DOING[edit]} a ${name}. ${MEANING[name]}`,
    example: {
      request: { channel_id: 'alice', channel_type: 1, ...(edit === 'remove_all' ? {} : { uids: ['bob'] }) },
      answer: { status: 200 },
    },
    schema: Type.Object({
      channel_id: text('Required. The group, or the uid whose list it is.'),
      channel_type: byte(edit === 'set' ? '1 a person, 2 a group (also when missing).' : 'Required. 1 a person, 2 a group.'),
      uids: uids(
        edit === 'remove_all'
          ? 'Not read: everybody leaves.'
          : `${edit === 'set' ? 'Nobody when missing.' : 'Required.'} At most 20,000; unknown ones get an account.`,
      ),
    }),
    async handle(deps, body) {
      const { channel_id: channelId = '', channel_type: type = 0 } = body;
      const named = edit === 'remove_all' ? [] : (body.uids ?? []);
      const refused = checkName(channelId, type, edit);
      if (refused !== null) return refused;
      const isEmpty = named.length === 0 && edit !== 'set' && edit !== 'remove_all';
      if (isEmpty || named.some(isBlank)) return wrong('uids', 'uids不能为空！');
      const channelType = type === 0 ? GROUP : type;
      const how = edit === 'remove_all' ? 'set' : edit;
      return done(await editList(deps, { channelId, channelType, list: LIST[name], edit: how, uids: named }));
    },
  });
}

/** `_set` has texts of its own and takes a missing type for a group. */
function checkName(channelId: string, type: number, edit: Edit): Answer | null {
  if (isBlank(channelId)) return wrong('channel_id', edit === 'set' ? '频道ID不能为空！' : 'channel_id不能为空！');
  if (type === 0 && edit !== 'set') return wrong('channel_type', '频道类型不能为0！');
  return /[@#&]/.test(channelId) ? wrong('channel_id', '频道ID不能包含特殊字符！') : null;
}

const whitelist: WukongRoute = route({
  method: 'GET',
  path: '/channel/whitelist',
  doc: 'Who is on a whitelist, in the order they came; nobody when the channel is unknown or not named.',
  example: {
    request: { channel_id: 'alice', channel_type: '1' },
    answer: [{ id: 2, uid: 'bob', created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' }],
  },
  schema: Type.Object({
    channel_id: text('The group, or the uid whose list it is.'),
    channel_type: text('1 a person, 2 a group.'),
  }),
  async handle(deps, query) {
    const channelType = /^\d{1,3}$/.test(query.channel_type ?? '') ? Number(query.channel_type) : 0;
    const entries = await readList(deps, { channelId: query.channel_id ?? '', channelType, list: 'allow' });
    return {
      body: entries.map(({ u, uid, createdMs }) => {
        const time = new Date(createdMs).toISOString();
        return { id: u, uid, created_at: time, updated_at: time };
      }),
    };
  },
});

export const listRoutes: readonly WukongRoute[] = [
  listRoute('whitelist', 'add'),
  whitelist,
  ...(['set', 'remove', 'remove_all'] as const).map((edit) => listRoute('whitelist', edit)),
  ...(['add', 'set', 'remove', 'remove_all'] as const).map((edit) => listRoute('blacklist', edit)),
];
