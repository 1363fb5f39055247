import { isStranger } from '../../../domain/channels/may-speak.ts';
import { type ChannelState, GROUP, type Member, type User } from '../../../domain/model.ts';
import { shownGroupName, shownName } from '../../../domain/users/shown-name.ts';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';
import { type ActionContext, currentBot } from './action.ts';

/** The group of a number that the bot is in. */
export async function findGroup(context: ActionContext, groupId: number): Promise<Outcome<ChannelState>> {
  const state = await findKnownGroup(context, groupId);
  if (!state.ok) return state;
  return state.value.members.has(currentBot(context).u) ? state : refuse('im.not_member', { groupId });
}

/** A group that the bot is in, or that denies it: sending names the first cause by itself. */
export async function findKnownGroup(context: ActionContext, groupId: number): Promise<Outcome<ChannelState>> {
  const { directory, channels } = context.deps;
  const channel = await directory.channelByNumber(groupId);
  if (channel === null || channel.type !== GROUP) return refuse('im.channel_missing', { groupId });
  const state = channels.peek(GROUP, channel.id) ?? (await channels.load(GROUP, channel.id));
  if (state === null) return refuse('im.channel_missing', { groupId });
  return isStranger(state, currentBot(context)) ? refuse('im.not_member', { groupId }) : ok(state);
}

export function groupObject(state: ChannelState) {
  const { channel, members } = state;
  return {
    group_id: channel.numericId,
    group_name: shownGroupName(channel),
    member_count: members.size,
    max_member_count: Math.max(10_000, members.size),
    group_memo: '',
    group_create_time: Math.trunc(channel.createdMs / 1000),
    group_remark: '',
    remark_name: '',
    // An allow list that is not empty: only those on it may speak.
    group_all_shut: state.allow.size > 0 ? 1 : 0,
    avatar_url: '',
  };
}

/** `last_sent_time` is not kept by the server and stays 0. `level` is a string: an integer makes NoneBot drop the object. */
export function memberObject(state: ChannelState, member: Member, user: User, nowMs: number) {
  const name = shownName(user);
  return {
    group_id: state.channel.numericId,
    user_id: user.numericId,
    nickname: name,
    card: '',
    card_or_nickname: name,
    sex: 'unknown',
    age: 0,
    area: '',
    level: '1',
    qq_level: 0,
    join_time: Math.trunc(member.joinedMs / 1000),
    last_sent_time: 0,
    role: member.role,
    title: '',
    title_expire_time: 0,
    unfriendly: false,
    card_changeable: false,
    is_robot: user.kind === 'bot',
    shut_up_timestamp: member.mutedUntilMs > nowMs ? Math.trunc(member.mutedUntilMs / 1000) : 0,
  };
}
