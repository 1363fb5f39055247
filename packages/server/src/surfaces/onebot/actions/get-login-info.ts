import { Type } from 'typebox';
import { shownName } from '../../../domain/users/shown-name.ts';
import { ok } from '../../../kernel/outcome.ts';
import { currentBot, defineAction } from './action.ts';

export const getLoginInfo = defineAction({
  name: 'get_login_info',
  aliases: ['get_self_info'],
  doc: { zh: '获取登录号信息', en: 'Who the bot is. Koishi stays offline until this succeeds.' },
  params: Type.Object({}),
  example: { params: {}, data: { user_id: 20001, nickname: 'Bot A' } },
  run: async (context) => {
    const bot = currentBot(context);
    return ok({ user_id: bot.numericId, nickname: shownName(bot) });
  },
});
