import { Type } from 'typebox';
import { ok } from '../../../kernel/outcome.ts';
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
        packet_received: 0,
        packet_sent: 0,
        packet_lost: 0,
        disconnect_times: 0,
        lost_times: 0,
      },
    },
  },
  run: async ({ status }) =>
    ok({
      online: true,
      good: true,
      app_initialized: true,
      app_enabled: true,
      app_good: true,
      stat: {
        message_received: status.messagesReceived,
        message_sent: status.messagesSent,
        last_message_time: Math.trunc(status.lastMessageMs / 1000),
        startup_time: Math.trunc(status.startedMs / 1000),
        packet_received: status.packetsReceived,
        packet_sent: status.packetsSent,
        packet_lost: status.packetsLost,
        disconnect_times: status.disconnects,
        lost_times: status.disconnects,
      },
    }),
});
