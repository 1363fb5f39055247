import { httpOf, wsOf } from '../../model/facts.ts';
import type { Target } from '../../model/target.ts';
import { wayProbes } from '../../reach/probes.ts';
import { reachOpen, reachRules, reachSettled } from '../../reach/rules.ts';
import { askedOf, isMute, isRefused, isWrongPort, probes, wkOf } from './probes.ts';
import { isOfAnotherFlag, rules } from './rules.ts';

const WK_PORTS = ['5100', '5200', '5210'];

/** A WuKongIM server, or one that speaks its protocols: TCP, WebSocket, HTTP API. */
export const wukong: Target = {
  name: 'wukong',
  says: { zh: 'WuKongIM 服务器', en: 'a WuKongIM server' },
  fits: (url) =>
    url.protocol === 'tcp:' ||
    (/^wss?:$/.test(url.protocol) && WK_PORTS.includes(url.port)) ||
    (/^https?:$/.test(url.protocol) && url.port === '5001')
      ? 0.9
      : 0,
  options: [
    {
      flags: '--uid <uid>',
      says: 'the uid your client connects as',
      read: (text) => (/^[^@#&\s]{1,128}$/.test(text) ? text : null),
    },
    {
      flags: '--device-flag <flag>',
      says: 'the device flag of your client: 0 APP, 1 WEB (default over WebSocket), 2 PC',
      read: (text) => (/^\d{1,3}$/.test(text) && Number(text) < 256 ? Number(text) : null),
    },
  ],
  probes: [...wayProbes, ...probes],
  rules: [...reachRules, ...rules],
  settled: [
    ...reachSettled,
    {
      says: { zh: 'WebSocket 端口正确', en: 'it is the WebSocket port' },
      when: (facts) => askedOf(facts) === 'ws' && wsOf(facts, 'W1')?.status === 101,
    },
    { says: { zh: '管理令牌有效', en: 'the manager token is right' }, when: (facts) => httpOf(facts, 'A1')?.status === 200 },
    { says: { zh: 'CONNECT 成功', en: 'the CONNECT succeeds' }, when: (facts) => wkOf(facts, 'K2')?.connack?.reasonCode === 1 },
  ],
  open: [
    ...reachOpen,
    {
      says: {
        zh: '令牌与设备标识没有试：加 --active --uid <uid> --token-env <变量> 会真实连接一次（主设备令牌会顶掉该用户的其他会话）',
        en: 'token and device flag were not tried: --active --uid <uid> --token-env <variable> connects for real once (a master token ends the other session of that user)',
      },
      when: (facts) =>
        askedOf(facts) !== 'http' &&
        wkOf(facts, 'K2') === null &&
        !isWrongPort(facts) &&
        !isMute(facts) &&
        facts.seen['P1'] !== undefined,
    },
    {
      says: {
        zh: '从外部分不清：从未登记、已被覆盖还是令牌抄错。请看服务器日志：expectToken 为空即从未登记（doctor --log 可解释）',
        en: 'never issued, replaced and mistyped cannot be told apart from outside: see the log of the server, an empty expectToken means never issued (doctor --log reads it)',
      },
      when: (facts) => isRefused(facts) && !isOfAnotherFlag(facts) && !/req=hr_/.test(wkOf(facts, 'K2')?.connack?.text ?? ''),
    },
  ],
  fallback: (facts) => (isRefused(facts) || isWrongPort(facts) ? 'remote.wk_refused' : null),
};
