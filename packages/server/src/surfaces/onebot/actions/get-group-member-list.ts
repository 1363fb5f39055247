import { Type } from 'typebox';
import { ok } from '../../../kernel/outcome.ts';
import { defineAction, GroupId, NoCache } from './action.ts';
import { findGroup, memberObject } from './find-group.ts';

const RANK = { owner: 0, admin: 1, member: 2 } as const;

/** Leaders first, then in the order of joining. */
export const getGroupMemberList = defineAction({
  name: 'get_group_member_list',
  doc: { zh: '群成员列表', en: 'All members of a group the bot is in.' },
  params: Type.Object({ group_id: GroupId, no_cache: NoCache }),
  example: {
    params: { group_id: 30001 },
    data: [
      {
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
      {
        group_id: 30001,
        user_id: 20001,
        nickname: 'Bot A',
        card: '',
        card_or_nickname: 'Bot A',
        sex: 'unknown',
        age: 0,
        area: '',
        level: '1',
        qq_level: 0,
        join_time: 1_767_225_600,
        last_sent_time: 0,
        role: 'member',
        title: '',
        title_expire_time: 0,
        unfriendly: false,
        card_changeable: false,
        is_robot: true,
        shut_up_timestamp: 0,
      },
    ],
  },
  run: async (context, params) => {
    const group = await findGroup(context, params.group_id);
    if (!group.ok) return group;
    const { members } = group.value;
    const users = await context.deps.directory.usersByInt([...members.keys()]);
    const nowMs = context.deps.now();
    const list = users.flatMap((user) => {
      const member = members.get(user.u);
      return member === undefined ? [] : [memberObject(group.value, member, user, nowMs)];
    });
    return ok(list.sort((a, b) => RANK[a.role] - RANK[b.role] || a.join_time - b.join_time || a.user_id - b.user_id));
  },
});
