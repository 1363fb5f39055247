import { noteOf, seenAs } from '../../model/facts.ts';
import type { Statement } from '../../model/target.ts';
import { reachSettled } from '../../reach/rules.ts';
import { pastTheProxy } from './direct.ts';
import { frameworkOf, hasFront } from './framework.ts';
import { foreignRefusal, handshakeStatus, isAccepted, isSelfIdLost, ownHandshake, upgradeArrives, works } from './handshake.ts';
import { isAdapterThere } from './nonebot.ts';
import { isPathRight } from './path.ts';
import { hasToken } from './send.ts';
import { mayBeTheFront } from './rules/token.ts';
import { isUndecided } from './token-facts.ts';

export const settled: readonly Statement[] = [
  ...reachSettled,
  { says: { zh: 'OneBot V11 适配器已加载', en: 'the OneBot V11 adapter is loaded' }, when: isAdapterThere },
  { says: { zh: '对方是 Koishi', en: 'Koishi answers' }, when: (facts) => frameworkOf(facts) === 'koishi' },
  { says: { zh: '对方是 aiocqhttp', en: 'aiocqhttp answers' }, when: (facts) => frameworkOf(facts) === 'aiocqhttp' },
  {
    says: { zh: '路径正确', en: 'the path is right' },
    when: (facts) => ['nonebot', 'koishi', 'aiocqhttp'].includes(frameworkOf(facts) ?? '') && isPathRight(facts),
  },
  { says: { zh: 'WebSocket 握手能到达', en: 'WebSocket handshakes arrive' }, when: (facts) => upgradeArrives(facts) === true },
  { says: { zh: '真实握手成功', en: 'the real handshake succeeds' }, when: works },
  {
    says: { zh: '绕过代理时握手成功', en: 'the handshake succeeds past the proxy' },
    when: (facts) => {
      const direct = pastTheProxy(facts);
      return direct !== null && isAccepted(ownHandshake(direct));
    },
  },
];

export const open: readonly Statement[] = [
  {
    says: {
      zh: '令牌与机器人号未验证：加 --active 会真实握手一次，或用 --saw 403 说明你的客户端看到的状态',
      en: 'the token and the bot id were not tried: --active makes the real handshake once, or say with --saw 403 what your client met',
    },
    when: (facts) =>
      isUndecided(facts) ||
      (['koishi', 'aiocqhttp'].includes(frameworkOf(facts) ?? '') &&
        isPathRight(facts) &&
        !facts.question.active &&
        handshakeStatus(facts) === null),
  },
  {
    says: {
      zh: '令牌还没有验证：先修好上面的问题，再运行一次',
      en: 'the token has not been checked yet: repair the above first, then ask again',
    },
    when: (facts) => hasToken(facts) && ownHandshake(facts)?.status !== 101 && isStoppedBefore(facts),
  },
  {
    says: {
      zh: '机器人号没有检查：用 --self-id <机器人号> 说明它',
      en: 'the bot id was not checked: say it with --self-id <number>',
    },
    when: (facts) =>
      facts.question.given['selfId'] === undefined &&
      ['nonebot', 'koishi'].includes(frameworkOf(facts) ?? '') &&
      ownHandshake(facts) !== null,
  },
  {
    says: {
      zh: '有代理在中间：从这一个地址无法区分“令牌不同”与“代理丢掉了 Authorization”；加 --direct <绕过代理的地址> 就能区分',
      en: 'a proxy is in between: a different token and a dropped Authorization look the same from this one address; --direct <address past the proxy> tells them apart',
    },
    when: mayBeTheFront,
  },
  {
    says: {
      zh: '也可能是代理后面的程序没有 WebSocket 库；加 --direct <绕过代理的地址> 就能区分',
      en: 'the program behind the proxy may have no WebSocket library instead; --direct <address past the proxy> tells',
    },
    when: (facts) => upgradeArrives(facts) === false && hasFront(facts) && pastTheProxy(facts) === null,
  },
  {
    says: { zh: '--project 的文件夹里没有 NoneBot 的文件', en: 'the folder of --project holds no files of NoneBot' },
    when: (facts) => seenAs(facts, 'C1', 'note') !== null && noteOf(facts, 'C1')['files'] === '',
  },
];

/** Something was found that every handshake fails on before a token is looked at. */
function isStoppedBefore(facts: Parameters<typeof frameworkOf>[0]): boolean {
  const framework = frameworkOf(facts);
  const noAdapter = framework === 'fastapi' || framework === 'quart';
  return noAdapter || upgradeArrives(facts) === false || isSelfIdLost(facts) || foreignRefusal(facts) !== null;
}
