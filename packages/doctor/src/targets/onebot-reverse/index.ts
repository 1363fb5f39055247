import { type Facts, httpOf } from '../../model/facts.ts';
import type { Probe, Target } from '../../model/target.ts';
import { reachProbes } from '../../reach/probes.ts';
import { reachOpen, reachRules } from '../../reach/rules.ts';
import { directProbes } from './direct.ts';
import { frameworkOf } from './framework.ts';
import { handshakeStatus, works } from './handshake.ts';
import { options } from './options.ts';
import { activeProbes } from './active-probes.ts';
import { passiveProbes } from './passive-probes.ts';
import { lookAtProject } from './project.ts';
import { nonebotRules } from './rules/nonebot.ts';
import { otherRules } from './rules/others.ts';
import { tokenRules } from './rules/token.ts';
import { tokenWarnings } from './rules/token-warnings.ts';
import { wayRules } from './rules/way.ts';
import { open, settled } from './statements.ts';

/** No network: what the files of a NoneBot project say. */
const projectProbe: Probe = {
  id: 'C1',
  says: { zh: '项目文件', en: "the project's files" },
  maxMs: 100,
  when: (facts) => typeof facts.question.given['project'] === 'string',
  run: async (facts, tools) => {
    const folder = String(facts.question.given['project']);
    return tools.note(
      `files of ${folder}`,
      lookAtProject((name) => tools.read(folder, name), tools.secrets),
    );
  },
};

/** What `/` answers says little about our path: redirects and dead programs behind a proxy are judged where the bot connects. */
const ruled = reachRules.filter((rule) => rule.code !== 'remote.redirect' && rule.code !== 'remote.bad_gateway');

/** A program that bots' servers dial: NoneBot, Koishi, aiocqhttp. Who they are in `framework.ts`, what their handshakes say in `handshake.ts`. */
export const onebotReverse: Target = {
  name: 'onebot-reverse',
  says: { zh: '等待反向 WebSocket 的机器人框架', en: 'a bot framework that waits for a reverse WebSocket' },
  fits: (url) =>
    /^wss?:$/.test(url.protocol)
      ? /\/onebot|\/ws\/?$|\/ws\/shiro/i.test(url.pathname) || ['8080', '5140', '6199', '2536'].includes(url.port)
        ? 0.8
        : 0.3
      : 0,
  options,
  probes: [projectProbe, ...reachProbes, ...passiveProbes, ...activeProbes, ...directProbes],
  rules: [...ruled, ...wayRules, ...nonebotRules, ...otherRules, ...tokenRules, ...tokenWarnings],
  settled,
  open: [...open, ...reachOpen],
  fallback: (facts) => {
    if (works(facts) || !hasAnswered(facts)) return null;
    const status = handshakeStatus(facts);
    if (status === null) return frameworkOf(facts) === null ? 'remote.unknown_peer' : null;
    return status === 101 ? null : 'remote.unknown_403';
  },
};

function hasAnswered(facts: Facts): boolean {
  return httpOf(facts, 'H1') !== null;
}
