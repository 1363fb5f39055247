import { type Static, Type } from 'typebox';
import { addMembers } from '../../domain/channels/add-members.ts';
import { removeMembers } from '../../domain/channels/remove-members.ts';
import { saveChannel } from '../../domain/channels/save-channel.ts';
import { GROUP, PERSON } from '../../domain/model.ts';
import { byte, isBlank, text, uids, whole } from './fields.ts';
import { type Answer, done, route, type WukongRoute, wrong } from './route.ts';
import { givenName, savePersonInfo } from './users.ts';

const channelBody = Type.Object({
  channel_id: text('Required. 1 to 128 characters without `@`, `#`, `&` and control characters. Type 1: the uid.'),
  channel_type: byte('Required. 2: a group. 1: a person, of whom `ban`, `send_ban` and `name` are set. Other types are refused.'),
  large: whole('1: kept, without effect.'),
  ban: whole('1: nobody may send; a person may not connect.'),
  disband: whole('1: dissolved, nobody may send. Groups only.'),
  send_ban: whole('Person: 1 may not send. Group: kept, without effect, as in WuKongIM.'),
  allow_stranger: whole('1: kept, without effect.'),
  reset: whole('1: all members but the owner and `subscribers` are removed; only with `subscribers`.'),
  subscribers: uids('Members to add, at most 20,000; unknown ones get an account.'),
  name: text('Ours: what people see, 1 to 64 characters; absent or empty keeps the name.'),
  owner: text('Ours: the uid of the owner; an empty text takes the owner away, absent keeps.'),
  admins: uids('Ours: all admins from now on; absent keeps those there are.'),
});

const saveGroup: WukongRoute = route({
  method: 'POST',
  path: '/channel',
  doc: 'Makes or changes a group: flags that are missing become 0, subscribers are added. With type 1 it sets the flags of a person.',
  example: {
    request: {
      channel_id: 'group1',
      channel_type: 2,
      subscribers: ['alice', 'bob'],
      name: 'Group',
      owner: 'alice',
      admins: [],
    },
    answer: { status: 200 },
  },
  schema: channelBody,
  async handle(deps, body) {
    const refused = checkChannel(body);
    if (refused !== null) return refused;
    const subscribers = body.subscribers ?? [];
    const { name } = body;
    if (body.channel_type === PERSON) {
      if (subscribers.length > 0) return wrong('subscribers', '不支持个人频道添加订阅者！');
      const [ban, sendBan, disband] = [body.ban === 1, body.send_ban === 1, body.disband === 1];
      return savePersonInfo(deps, { uid: body.channel_id ?? '', ban, sendBan, disband, name });
    }
    if (subscribers.some(isBlank)) return wrong('subscribers', '添加订阅者失败！');
    const named = givenName(name);
    if (!named.ok) return { refused: named.refusal };
    return done(
      await saveChannel(deps, {
        channel: { ...newChannelOf(body), ...named.value },
        subscribers,
        admins: body.admins ?? null,
        reset: body.reset === 1,
      }),
    );
  },
});

function newChannelOf(body: Static<typeof channelBody>) {
  const { owner } = body;
  return {
    id: body.channel_id ?? '',
    type: body.channel_type ?? 0,
    large: body.large === 1,
    ban: body.ban === 1,
    disband: body.disband === 1,
    sendBan: body.send_ban === 1,
    allowStranger: body.allow_stranger === 1,
    ...(owner === undefined ? {} : { owner: owner === '' ? null : owner }),
  };
}

const membersBody = (doing: string) =>
  Type.Object({
    channel_id: text('Required. The group; it is made when missing.'),
    channel_type: byte('2, or 0 for the same. A person channel has no subscribers.'),
    reset: whole('Adding only. 1: all other members are removed first.'),
    temp_subscriber: whole('1 is refused, as in WuKongIM v2.'),
    subscribers: uids(`Required. Whom to ${doing}, at most 20,000.`),
  });

const addSubscribers: WukongRoute = route({
  method: 'POST',
  path: '/channel/subscriber_add',
  doc: 'Adds members to a group; members who are there already stay as they are. A new member has no unread messages.',
  example: {
    request: { channel_id: 'group1', channel_type: 2, subscribers: ['carol'] },
    answer: { status: 200 },
  },
  schema: membersBody('add'),
  async handle(deps, body) {
    const refused = checkMembers(body);
    if (refused !== null) return refused;
    const command = { groupId: body.channel_id ?? '', uids: namedUids(body), actor: null, reset: body.reset === 1 };
    return done(await addMembers(deps, command));
  },
});

const removeSubscribers: WukongRoute = route({
  method: 'POST',
  path: '/channel/subscriber_remove',
  doc: 'Removes members from a group, and the group from their conversations; a uid that is no member is passed over.',
  example: {
    request: { channel_id: 'group1', channel_type: 2, subscribers: ['carol'] },
    answer: { status: 200 },
  },
  schema: membersBody('remove'),
  async handle(deps, body) {
    const refused = checkMembers(body);
    if (refused !== null) return refused;
    return done(await removeMembers(deps, { groupId: body.channel_id ?? '', uids: namedUids(body), actor: null }));
  },
});

function checkChannel(body: { readonly channel_id?: string; readonly channel_type?: number }): Answer | null {
  const { channel_id: id = '' } = body;
  if (isBlank(id)) return wrong('channel_id', '频道ID不能为空！');
  if (/[@#&]/.test(id)) return wrong('channel_id', '频道ID不能包含特殊字符！');
  return (body.channel_type ?? 0) === 0 ? wrong('channel_type', '频道类型错误！') : null;
}

type MembersBody = Static<ReturnType<typeof membersBody>>;

/** Channel type 0 or none means a group here. */
function checkMembers(body: MembersBody): Answer | null {
  const type = body.channel_type === undefined || body.channel_type === 0 ? GROUP : body.channel_type;
  const refused = checkChannel({ channel_id: body.channel_id ?? '', channel_type: type });
  if (refused !== null) return refused;
  if (type === PERSON) return wrong('channel_type', '个人频道不支持添加订阅者！');
  if (type !== GROUP) return wrong('channel_type', '频道类型错误！');
  if (body.temp_subscriber === 1) return wrong('temp_subscriber', '新版本临时订阅者已不支持！');
  return namedUids(body).length === 0 ? wrong('subscribers', '订阅者不能为空！') : null;
}

/** Blank entries are passed over, as WuKongIM does, as long as somebody is named. */
function namedUids(body: MembersBody): readonly string[] {
  return (body.subscribers ?? []).filter((uid) => !isBlank(uid));
}

export const channelRoutes: readonly WukongRoute[] = [saveGroup, addSubscribers, removeSubscribers];
