import { Type } from 'typebox';
import { ok } from '../../../kernel/outcome.ts';
import { statusFields } from '../status.ts';
import { defineAction } from './action.ts';

export const getStatus = defineAction({
  name: 'get_status',
  doc: { zh: '机器人状态', en: 'Whether the bot works, with counters since the server started.' },
  params: Type.Object({}),
  example: {
    params: {},
    data: {
      online: true,
      good: true,
      app_initialized: true,
      app_enabled: true,
      app_good: true,
      stat: {
        message_received: 0,
        message_sent: 0,
        last_message_time: 0,
        startup_time: 1_767_225_600,
        packet_received: 1,
        packet_sent: 1,
        packet_lost: 0,
        disconnect_times: 0,
        lost_times: 0,
      },
    },
  },
  run: async ({ status }) => ok(statusFields(status)),
});
