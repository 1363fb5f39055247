import { Type } from 'typebox';
import { ok } from '../../../kernel/outcome.ts';
import { defineAction, GroupId, NoCache } from './action.ts';
import { findGroup, groupObject } from './find-group.ts';

export const getGroupInfo = defineAction({
  name: 'get_group_info',
  doc: { zh: '群详情', en: 'One group the bot is in.' },
  params: Type.Object({ group_id: GroupId, no_cache: NoCache }),
  example: {
    params: { group_id: 30001, no_cache: false },
    data: {
      group_id: 30001,
      group_name: 'ops',
      member_count: 2,
      max_member_count: 10_000,
      group_memo: '',
      group_create_time: 1_767_225_600,
      group_remark: '',
      remark_name: '',
      group_all_shut: 0,
      avatar_url: '',
    },
  },
  run: async (context, params) => {
    const group = await findGroup(context, params.group_id);
    return group.ok ? ok(groupObject(group.value)) : group;
  },
});
