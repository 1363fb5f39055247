import { type Facts, noteOf } from '../../model/facts.ts';
import type { Edit } from '../../model/target.ts';
import { placeOf } from '../../reach/probes.ts';
import { frameworkOf } from './framework.ts';

const NONEBOT = 'NoneBot 2';

export const registration: Edit = {
  software: NONEBOT,
  file: 'bot.py',
  change:
    'from nonebot.adapters.onebot.v11 import Adapter as OneBotAdapter\nnonebot.init()\nnonebot.get_driver().register_adapter(OneBotAdapter)',
};
export const tokenLine: Edit = { software: NONEBOT, file: '.env', change: 'ONEBOT_ACCESS_TOKEN="‹token›"' };
export const driverLine: Edit = { software: NONEBOT, file: '.env', change: 'DRIVER=~fastapi+~websockets' };
export const koishiPlugin: Edit = {
  software: 'Koishi 4',
  file: 'koishi.yml',
  change: 'plugins:\n  http: {}\n  adapter-onebot:\n    protocol: ws-reverse\n    selfId: "‹bot number›"\n    path: /onebot',
};

/** Lines of nginx that pass on what a OneBot handshake needs. */
export function nginxLine(change: string): Edit {
  return { software: 'nginx', file: 'location { … }', change };
}

/** Where the framework keeps its end of the token. */
export function tokenEdits(facts: Facts): Edit[] {
  const framework = frameworkOf(facts);
  if (framework === 'aiocqhttp')
    return [{ software: 'aiocqhttp 1.4', file: 'bot.py', change: "bot = CQHttp(access_token='‹token›')" }, ...clientToken];
  const key = noteOf(facts, 'C1')['tokenKey'];
  const line = typeof key === 'string' && key !== '' ? { ...tokenLine, change: `${key}="‹token›"` } : tokenLine;
  return [...(framework === 'nonebot' ? [line] : []), ...clientToken];
}

/** Where programs that dial keep theirs. */
const clientToken: readonly Edit[] = [
  { software: 'Lagrange.OneBot', file: 'appsettings.json → Implementations', change: '"AccessToken": "‹token›"' },
  { software: 'NapCat', file: 'config/onebot11_‹QQ›.json → websocketClients', change: '"token": "‹token›"' },
];

/** The address with another path, and the lines of programs that dial it. */
export function pathEdits(facts: Facts, path: string): Edit[] {
  const url = new URL(facts.question.url);
  url.pathname = path;
  return [
    { software: '', file: 'url', change: url.href },
    { software: 'Lagrange.OneBot', file: 'appsettings.json → Implementations', change: `"Suffix": "${path}"` },
    { software: 'NapCat', file: 'config/onebot11_‹QQ›.json → websocketClients', change: `"url": "${url.href}"` },
  ];
}

export function portEdit(facts: Facts, port: number): Edit {
  const url = new URL(facts.question.url);
  url.port = String(port);
  return { software: '', file: 'url', change: url.href };
}

export function selfIdEdit(facts: Facts): Edit {
  return {
    software: 'Koishi 4',
    file: 'koishi.yml → adapter-onebot',
    change: `selfId: "${String(facts.question.given['selfId'] ?? '‹bot number›')}"`,
  };
}

/** The nginx block of a site that passes a bot's connection on. */
export function siteEdit(facts: Facts): Edit {
  const { host } = placeOf(facts);
  return {
    software: 'nginx',
    file: 'server { … }',
    change: `server_name ${host};\nlocation /onebot/v11/ { proxy_pass http://127.0.0.1:8080; }`,
  };
}
