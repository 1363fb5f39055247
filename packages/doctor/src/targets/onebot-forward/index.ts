import { httpOf, seenAs } from '../../model/facts.ts';
import type { Target } from '../../model/target.ts';
import { wayProbes } from '../../reach/probes.ts';
import { reachOpen, reachRules, reachSettled } from '../../reach/rules.ts';
import { connectionId, connectionOf, framesOf, isTurnedAway, isWs, probes } from './probes.ts';
import { rules } from './rules.ts';

const WS_PORTS = ['3001', '6700'];
const HTTP_PORTS = ['3000', '5700'];

/** A OneBot implementation that listens: forward WebSocket or HTTP API, as LLOneBot, NapCat, go-cqhttp, Lagrange or Hufu. */
export const onebotForward: Target = {
  name: 'onebot-forward',
  says: {
    zh: '监听的 OneBot 实现（正向 WebSocket、HTTP）',
    en: 'a OneBot implementation that listens (forward WebSocket, HTTP)',
  },
  fits: (url) => {
    if (/^wss?:$/.test(url.protocol)) return WS_PORTS.includes(url.port) || /^\/(api|event)\/?$/.test(url.pathname) ? 0.85 : 0.25;
    return /^https?:$/.test(url.protocol) && (HTTP_PORTS.includes(url.port) || /\/get_[a-z_]+$/.test(url.pathname)) ? 0.85 : 0;
  },
  probes: [...wayProbes, ...probes],
  rules: [...reachRules, ...rules],
  settled: [
    ...reachSettled,
    {
      says: { zh: '连接被接受', en: 'the connection is accepted' },
      when: (facts) => connectionOf(facts)?.status === 101 && !isTurnedAway(facts, connectionId(facts)),
    },
    { says: { zh: '事件到达', en: 'events arrive' }, when: (facts) => framesOf(connectionOf(facts)?.frames ?? []).lifecycle },
    {
      says: { zh: '调用有回答', en: 'calls are answered' },
      when: (facts) => framesOf(connectionOf(facts)?.frames ?? []).answer?.ok === true,
    },
    {
      says: { zh: 'HTTP 调用成功', en: 'the HTTP call succeeds' },
      when: (facts) => /"retcode"\s*:\s*0\b/.test((httpOf(facts, 'F2') ?? httpOf(facts, 'F1'))?.body ?? ''),
    },
  ],
  open: [
    ...reachOpen,
    {
      says: {
        zh: 'LLOneBot 与 NapCat 对缺少令牌和令牌错误的回答相同；这里凭“是否发送了令牌”区分',
        en: 'LLOneBot and NapCat answer a missing and a wrong token alike; here they are told apart by whether one was sent',
      },
      when: (facts) =>
        (isTurnedAway(facts, 'F3') && isTurnedAway(facts, 'F4')) ||
        (httpOf(facts, 'F1')?.status === 403 && httpOf(facts, 'F2')?.status === 403),
    },
  ],
  fallback: (facts) => {
    if (isWs(facts)) {
      const seen = connectionOf(facts);
      const said = framesOf(seen?.frames ?? []);
      return seen === null || (seen.status === 101 && (said.answer?.ok === true || said.lifecycle)) ? null : 'remote.unknown_403';
    }
    const seen = httpOf(facts, 'F2') ?? httpOf(facts, 'F1');
    return seen === null || seenAs(facts, 'H1', 'http')?.status === null || seen.status === 200 ? null : 'remote.unknown_403';
  },
};
