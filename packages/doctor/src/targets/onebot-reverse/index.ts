import { type Facts, httpOf, wsOf } from '../../model/facts.ts';
import type { Target } from '../../model/target.ts';
import { reachProbes } from '../../reach/probes.ts';
import { reachRules, reachSettled } from '../../reach/rules.ts';
import { handshakeStatus, isAdapterThere, isPathRight } from './nonebot.ts';
import { probes } from './probes.ts';
import { rules } from './rules.ts';

/** A program that bots' servers dial: NoneBot, Koishi, aiocqhttp. Facts about NoneBot in `nonebot.ts`. */
export const onebotReverse: Target = {
  name: 'onebot-reverse',
  says: { zh: '等待反向 WebSocket 的机器人框架', en: 'a bot framework that waits for a reverse WebSocket' },
  fits: (url) =>
    /^wss?:$/.test(url.protocol)
      ? /\/onebot|\/ws\/?$|\/ws\/shiro/i.test(url.pathname) || ['8080', '5140', '6199', '2536'].includes(url.port)
        ? 0.8
        : 0.3
      : 0,
  probes: [...reachProbes, ...probes],
  rules: [...reachRules, ...rules],
  settled: [
    ...reachSettled,
    { says: { zh: 'OneBot V11 适配器已加载', en: 'the OneBot V11 adapter is loaded' }, when: isAdapterThere },
    { says: { zh: '路径正确', en: 'the path is right' }, when: (facts) => isAdapterThere(facts) && isPathRight(facts) },
    {
      says: { zh: 'WebSocket 握手能到达', en: 'WebSocket handshakes arrive' },
      when: (facts) => wsOf(facts, 'W2')?.status === 403,
    },
    { says: { zh: '真实握手成功', en: 'the real handshake succeeds' }, when: works },
  ],
  open: [
    {
      says: {
        zh: '令牌与机器人号未验证：加 --active 会真实握手一次，或用 --saw 403 说明你的客户端看到的状态',
        en: 'the token and the bot id were not tried: --active makes the real handshake once, or say with --saw 403 what your client met',
      },
      when: (facts) => isAdapterThere(facts) && handshakeStatus(facts) === null,
    },
  ],
  fallback: (facts) => (isStuck(facts) ? 'remote.unknown_403' : null),
};

function works(facts: Facts): boolean {
  const seen = wsOf(facts, 'W4');
  return seen?.status === 101 && seen.close === null;
}

/** Something answered, nothing explains it, and the handshake is not known to succeed. */
function isStuck(facts: Facts): boolean {
  if (works(facts)) return false;
  const answered = httpOf(facts, 'H1')?.status !== undefined;
  return answered && handshakeStatus(facts) !== 101;
}
