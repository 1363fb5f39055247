import { type Static, Type } from 'typebox';
import { addMembers } from '../../domain/channels/add-members.ts';
import { editList } from '../../domain/channels/edit-list.ts';
import { removeMembers } from '../../domain/channels/remove-members.ts';
import { saveChannel } from '../../domain/channels/save-channel.ts';
import { GROUP, PERSON } from '../../domain/model.ts';
import { type Answer, byte, done, flag, route, text, uids, type WukongRoute, wrong } from './route.ts';

const channelBody = Type.Object({
  channel_id: text,
  channel_type: byte,
  large: flag,
  ban: flag,
  disband: flag,
  send_ban: flag,
  allow_stranger: flag,
  reset: flag,
  subscribers: uids,
  name: text,
  owner: text,
  admins: uids,
});

const saveGroup: WukongRoute = route({
  method: 'POST',
  path: '/channel',
  doc: 'Makes or changes a group: flags that are missing become 0, subscribers are added. `name`, `owner` and `admins` are our own; absent ones stay as they are.',
  example: { channel_id: 'group1', channel_type: 2, subscribers: ['alice', 'bob'], name: 'Group', owner: 'alice', admins: [] },
  schema: channelBody,
  async handle(deps, body) {
    const refused = checkChannel(body);
    if (refused !== null) return refused;
    if (body.channel_type === PERSON) {
      return (body.subscribers ?? []).length > 0
        ? wrong('subscribers', '不支持个人频道添加订阅者！')
        : wrong('channel_type', 'a person channel is made by its first message');
    }
    return done(
      await saveChannel(deps, {
        channel: newChannelOf(body),
        subscribers: body.subscribers ?? [],
        admins: body.admins ?? [],
        reset: body.reset === 1,
      }),
    );
  },
});

function newChannelOf(body: Static<typeof channelBody>) {
  const { name, owner } = body;
  return {
    id: body.channel_id ?? '',
    type: body.channel_type ?? 0,
    large: body.large === 1,
    ban: body.ban === 1,
    disband: body.disband === 1,
    sendBan: body.send_ban === 1,
    allowStranger: body.allow_stranger === 1,
    ...(name === undefined ? {} : { name: name.slice(0, 128) }),
    ...(owner === undefined ? {} : { owner: owner === '' ? null : owner }),
  };
}

const membersBody = Type.Object({ channel_id: text, channel_type: byte, reset: flag, temp_subscriber: flag, subscribers: uids });

const addSubscribers: WukongRoute = route({
  method: 'POST',
  path: '/channel/subscriber_add',
  doc: 'Adds members to a group, which is made when missing; `reset: 1` removes all others first.',
  example: { channel_id: 'group1', channel_type: 2, subscribers: ['carol'] },
  schema: membersBody,
  async handle(deps, body) {
    const refused = checkMembers(body);
    if (refused !== null) return refused;
    return done(
      await addMembers(deps, {
        groupId: body.channel_id ?? '',
        uids: body.subscribers ?? [],
        actor: null,
        reset: body.reset === 1,
      }),
    );
  },
});

const removeSubscribers: WukongRoute = route({
  method: 'POST',
  path: '/channel/subscriber_remove',
  doc: 'Removes members from a group; a uid that is no member is passed over.',
  example: { channel_id: 'group1', channel_type: 2, subscribers: ['carol'] },
  schema: membersBody,
  async handle(deps, body) {
    const refused = checkMembers(body);
    if (refused !== null) return refused;
    return done(await removeMembers(deps, { groupId: body.channel_id ?? '', uids: body.subscribers ?? [], actor: null }));
  },
});

function checkChannel(body: { readonly channel_id?: string; readonly channel_type?: number }): Answer | null {
  const { channel_id: id = '' } = body;
  if (id.trim() === '') return wrong('channel_id', '频道ID不能为空！');
  if (/[@#&]/.test(id)) return wrong('channel_id', '频道ID不能包含特殊字符！');
  return (body.channel_type ?? 0) === 0 ? wrong('channel_type', '频道类型错误！') : null;
}

/** Channel type 0 or none means a group here. */
function checkMembers(body: Static<typeof membersBody>): Answer | null {
  const type = body.channel_type === undefined || body.channel_type === 0 ? GROUP : body.channel_type;
  const refused = checkChannel({ channel_id: body.channel_id ?? '', channel_type: type });
  if (refused !== null) return refused;
  if (type === PERSON) return wrong('channel_type', '个人频道不支持添加订阅者！');
  if (type !== GROUP) return wrong('channel_type', '频道类型错误！');
  if (body.temp_subscriber === 1) return wrong('temp_subscriber', '新版本临时订阅者已不支持！');
  return (body.subscribers ?? []).length === 0 ? wrong('subscribers', '订阅者不能为空！') : null;
}

const listBody = Type.Object({ channel_id: text, channel_type: byte, uids });

function listRoute(name: 'whitelist' | 'blacklist', edit: 'add' | 'set' | 'remove'): WukongRoute {
  const list = name === 'whitelist' ? 'allow' : 'deny';
  return route({
    method: 'POST',
    path: `/channel/${name}_${edit}`,
    doc: `${DOING[edit]} the ${name} of a channel. Type 2: of the group. Type 1: \`channel_id\` is the person whose ${name === 'whitelist' ? 'friends' : 'blocked people'} the uids are.`,
    example: { channel_id: 'alice', channel_type: 1, uids: ['bob'] },
    schema: listBody,
    async handle(deps, body) {
      const type = body.channel_type === undefined && edit === 'set' ? GROUP : body.channel_type;
      const refused = checkChannel({ channel_id: body.channel_id ?? '', ...(type === undefined ? {} : { channel_type: type }) });
      if (refused !== null) return refused;
      if (edit !== 'set' && (body.uids ?? []).length === 0) return wrong('uids', 'uids不能为空！');
      if ((body.uids ?? []).some((uid) => uid.trim() === '')) return wrong('uids', 'uid不能为空！');
      return done(
        await editList(deps, { channelId: body.channel_id ?? '', channelType: type ?? 0, list, edit, uids: body.uids ?? [] }),
      );
    },
  });
}

const DOING = { add: 'Adds to', set: 'Replaces', remove: 'Removes from' } as const;

export const channelRoutes: readonly WukongRoute[] = [
  saveGroup,
  addSubscribers,
  removeSubscribers,
  ...(['whitelist', 'blacklist'] as const).flatMap((name) =>
    (['add', 'set', 'remove'] as const).map((edit) => listRoute(name, edit)),
  ),
];
