import { Type } from 'typebox';
import { ok } from '../../../kernel/outcome.ts';
import { defineAction } from './action.ts';

export const getVersionInfo = defineAction({
  name: 'get_version_info',
  aliases: ['get_version'],
  doc: { zh: '获取版本信息', en: 'What the bot is connected to.' },
  params: Type.Object({}),
  example: {
    params: {},
    data: { app_name: 'Hufu', app_version: '0.1.0', protocol_version: 'v11', app_full_name: 'Hufu 0.1.0 (OneBot v11)' },
  },
  run: async ({ deps }) =>
    ok({
      app_name: deps.appName,
      app_version: deps.version,
      protocol_version: 'v11',
      app_full_name: `${deps.appName} ${deps.version} (OneBot v11)`,
    }),
});
