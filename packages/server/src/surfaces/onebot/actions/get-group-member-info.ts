import { Type } from 'typebox';
import { ok, refuse } from '../../../kernel/outcome.ts';
import { defineAction, GroupId, NoCache, UserId } from './action.ts';
import { findGroup, memberObject } from './find-group.ts';

export const getGroupMemberInfo = defineAction({
  name: 'get_group_member_info',
  doc: { zh: '获取群成员信息', en: 'One member of a group the bot is in.' },
  params: Type.Object({ group_id: GroupId, user_id: UserId, no_cache: NoCache }),
  example: {
    params: { group_id: '30001', user_id: '10001' },
    data: {
      group_id: 30001,
      user_id: 10001,
      nickname: 'Ann',
      card: '',
      card_or_nickname: 'Ann',
      sex: 'unknown',
      age: 0,
      area: '',
      level: '1',
      qq_level: 0,
      join_time: 1_767_225_600,
      last_sent_time: 0,
      role: 'owner',
      title: '',
      title_expire_time: 0,
      unfriendly: false,
      card_changeable: false,
      is_robot: false,
      shut_up_timestamp: 0,
    },
  },
  run: async (context, params) => {
    const group = await findGroup(context, params.group_id);
    if (!group.ok) return group;
    const user = await context.deps.directory.userByNumber(params.user_id);
    const member = user === null ? undefined : group.value.members.get(user.u);
    if (user === null || member === undefined)
      return refuse('im.user_missing', { groupId: params.group_id, userId: params.user_id, detail: '无法获取用户信息' });
    return ok(memberObject(group.value, member, user, context.deps.now()));
  },
});
