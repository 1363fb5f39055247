import { Type } from 'typebox';
import { shownName } from '../../../domain/users/shown-name.ts';
import { ok } from '../../../kernel/outcome.ts';
import { currentBot, defineAction, NoCache } from './action.ts';

export const getFriendList = defineAction({
  name: 'get_friend_list',
  doc: { zh: '好友列表', en: 'The friends of the bot.' },
  params: Type.Object({ no_cache: NoCache }),
  example: {
    params: {},
    data: [
      {
        user_id: 10001,
        nickname: 'Ann',
        remark: '',
        sex: 'unknown',
        age: 0,
        birthday_year: 0,
        birthday_month: 0,
        birthday_day: 0,
        qid: '',
        long_nick: '',
        level: 0,
        category_id: 0,
      },
    ],
  },
  run: async (context) => {
    const friends = await context.deps.directory.friendsOf(currentBot(context).u);
    return ok(
      friends.map((friend) => ({
        user_id: friend.numericId,
        nickname: shownName(friend),
        remark: '',
        sex: 'unknown',
        age: 0,
        birthday_year: 0,
        birthday_month: 0,
        birthday_day: 0,
        qid: '',
        long_nick: '',
        level: 0,
        category_id: 0,
      })),
    );
  },
});
