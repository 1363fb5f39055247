import type { Edit } from '../../model/target.ts';

/** The token of a listener, in the files of both ends; LLOneBot has it in its window. */
export function tokenEdits(over: 'ws' | 'http'): Edit[] {
  const list = over === 'ws' ? 'websocketServers' : 'httpServers';
  return [
    { software: 'NapCat 4', file: `config/onebot11_‹QQ›.json → ${list}`, change: '"token": "‹token›"' },
    { software: 'go-cqhttp 1.2', file: 'config.yml → default-middlewares', change: "access-token: '‹token›'" },
    { software: 'Lagrange.OneBot', file: 'appsettings.json → Implementations', change: '"AccessToken": "‹token›"' },
    { software: 'NoneBot 2', file: '.env', change: 'ONEBOT_ACCESS_TOKEN="‹token›"' },
    { software: 'Koishi 4', file: 'koishi.yml → adapter-onebot', change: "token: '‹token›'" },
  ];
}
