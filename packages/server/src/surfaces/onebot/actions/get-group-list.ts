import { Type } from 'typebox';
import { GROUP } from '../../../domain/model.ts';
import { ok } from '../../../kernel/outcome.ts';
import { currentBot, defineAction, NoCache } from './action.ts';
import { groupObject } from './find-group.ts';

export const getGroupList = defineAction({
  name: 'get_group_list',
  doc: { zh: '群列表', en: 'The groups the bot is in.' },
  params: Type.Object({ no_cache: NoCache }),
  example: {
    params: {},
    data: [
      {
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
    ],
  },
  run: async (context) => {
    const { deps } = context;
    const groups = [];
    for (const channel of await deps.directory.groupsOf(currentBot(context).u)) {
      if (channel.type !== GROUP || channel.disband) continue;
      const state = deps.channels.peekInt(channel.ch) ?? (await deps.channels.loadInt(channel.ch));
      if (state !== null) groups.push(groupObject(state));
    }
    return ok(groups);
  },
});
