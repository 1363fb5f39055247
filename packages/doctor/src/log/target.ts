import { certain, possible, rule } from '../engine/conclude.ts';
import { type Facts, lineOf, noteOf } from '../model/facts.ts';
import type { Rule, Target } from '../model/target.ts';
import { logPatterns } from './patterns/index.ts';
import type { LogPattern } from './pattern.ts';

const REFUSED_BY_ADAPTER = ['nonebot.no-auth', 'nonebot.bad-auth', 'nonebot.no-id', 'nonebot.duplicate'];
const PATHS = /\/onebot\/v11(\/|\/ws\/?)$/;

/** A pasted log: each line that is understood is a fact, and nothing is probed. */
export const pastedLog: Target = {
  name: 'log',
  says: { zh: '粘贴的日志', en: 'a pasted log' },
  fits: () => 0,
  probes: [],
  rules: [
    ...logPatterns.flatMap((pattern) => (pattern.code === null ? [] : [ruleOf(pattern, pattern.code)])),
    rule('remote.adapter_unregistered', 'NoneBot 2.5.0', (facts) => {
      const adapters = lineOf(facts, 'nonebot.adapters')?.values['adapters'];
      return typeof adapters === 'string' && !adapters.includes('OneBot V11') ? certain(['nonebot.adapters']) : null;
    }),
    rule('remote.path_wrong', 'NoneBot 2.5.0', (facts) => {
      const path = lineOf(facts, 'uvicorn.ws403')?.values['path'];
      if (typeof path !== 'string' || !isUnexplained(facts) || PATHS.test(path)) return null;
      const loaded = lineOf(facts, 'nonebot.adapters')?.values['adapters'] !== undefined;
      return (loaded ? certain : possible)(['uvicorn.ws403']);
    }),
    // The right path, refused without a word of the adapter: it is not there, as far as this excerpt tells.
    rule('remote.adapter_unregistered', 'NoneBot 2.5.0', (facts) => {
      const path = lineOf(facts, 'uvicorn.ws403')?.values['path'];
      const unknown = lineOf(facts, 'nonebot.adapters')?.values['adapters'] === undefined;
      return typeof path === 'string' && unknown && isUnexplained(facts) ? possible(['uvicorn.ws403']) : null;
    }),
    {
      // One refusal is the end of a token; many without a login between them are a client that never makes a new one.
      ...rule('nacos.refresh_absent', 'nacos-client 3.1.0 (Java) on two processors', (facts) => {
        const expired = lineOf(facts, 'nacos.expired');
        const login = lineOf(facts, 'nacos.login');
        const isRepeated = expired !== null && expired.times >= 3;
        return isRepeated && (login === null || login.line < expired.line) ? certain(['nacos.expired']) : null;
      }),
      explains: ['nacos.token_expired'],
    },
  ],
  settled: [
    {
      says: { zh: 'OneBot V11 适配器已加载', en: 'the OneBot V11 adapter is loaded' },
      when: (facts) => lineOf(facts, 'nonebot.adapters')?.values['adapters']?.includes('OneBot V11') === true,
    },
    { says: { zh: 'NoneBot 在监听', en: 'NoneBot listens' }, when: (facts) => facts.seen['uvicorn.running'] !== undefined },
    {
      says: { zh: '曾有机器人连接成功', en: 'a bot did connect at some time' },
      when: (facts) => facts.seen['nonebot.connected'] !== undefined,
    },
  ],
  open: [
    {
      says: {
        zh: '这份日志是空的',
        en: 'the log is empty',
      },
      when: (facts) => noteOf(facts, 'log')['lines'] === 0,
    },
  ],
  fallback: (facts) => (Object.values(facts.seen).some((one) => one.kind === 'line') ? null : 'remote.log_unknown'),
};

function isUnexplained(facts: Facts): boolean {
  return !REFUSED_BY_ADAPTER.some((id) => facts.seen[id] !== undefined);
}

function ruleOf(pattern: LogPattern, code: Rule['code']): Rule {
  return rule(code, pattern.software, (facts) => {
    if (facts.seen[pattern.id] === undefined || (pattern.unless ?? []).some((id) => facts.seen[id] !== undefined)) return null;
    return {
      confidence: pattern.confidence ?? 'certain',
      evidence: [pattern.id],
      ...(pattern.reading === undefined ? {} : { detail: pattern.reading }),
      ...(pattern.edits === undefined ? {} : { edits: pattern.edits }),
    };
  });
}
