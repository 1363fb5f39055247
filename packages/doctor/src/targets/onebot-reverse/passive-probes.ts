import { httpOf } from '../../model/facts.ts';
import type { Probe } from '../../model/target.ts';
import { isAnswering, placeOf } from '../../reach/probes.ts';
import { frameworkOf } from './framework.ts';
import { upgradeArrives } from './handshake.ts';
import { isAdapterThere, prefixOf } from './nonebot.ts';
import { defaultPath, isPathRight } from './path.ts';
import { bareHandshake, get, oddVersion, post, randomPath, selfIdOf, STEP_MS } from './send.ts';

/** Harmless ones first: nothing of them registers a bot. */
export const passiveProbes: readonly Probe[] = [
  {
    id: 'A1',
    says: { zh: '适配器路由的回答', en: "the adapter's route" },
    maxMs: STEP_MS,
    when: isAnswering,
    run: (facts, tools) => get(facts, tools, `${prefixOf(facts)}/onebot/v11/`),
  },
  {
    // Refused before anything is registered: X-Self-ID is looked for first.
    id: 'A2',
    says: { zh: '适配器的 POST 路由', en: "the adapter's POST route" },
    maxMs: STEP_MS,
    when: isAnswering,
    run: (facts, tools) => post(facts, tools, { path: `${prefixOf(facts)}/onebot/v11/http` }),
  },
  {
    id: 'A1r',
    says: { zh: '根路径下的适配器', en: 'the adapter at the root' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && prefixOf(facts) !== '' && !isAdapterThere(facts),
    run: (facts, tools) => get(facts, tools, '/onebot/v11/'),
  },
  {
    id: 'A3',
    says: { zh: 'V12 适配器的路由', en: 'the route of the V12 adapter' },
    maxMs: STEP_MS,
    when: (facts) => ['fastapi', 'quart'].includes(frameworkOf(facts) ?? '') && httpOf(facts, 'A1')?.status === 404,
    run: (facts, tools) => get(facts, tools, `${prefixOf(facts)}/onebot/v12/`),
  },
  {
    // With an id and no body: refused for the missing body or signature, after the id was read and before anything is registered.
    id: 'A4',
    says: { zh: '机器人号是否送达', en: 'whether the bot id arrives' },
    maxMs: STEP_MS,
    when: isAdapterThere,
    run: (facts, tools) =>
      post(facts, tools, { path: `${prefixOf(facts)}/onebot/v11/http`, headers: { 'X-Self-ID': selfIdOf(facts) } }),
  },
  {
    id: 'W2',
    says: { zh: '随机路径的 WebSocket 握手', en: 'a handshake at a random path' },
    maxMs: STEP_MS,
    when: isAnswering,
    run: (facts, tools) => bareHandshake(facts, tools, randomPath(facts)),
  },
  {
    id: 'W3',
    says: { zh: '这个路径上不带任何身份的握手', en: 'a handshake at this path that says nothing about itself' },
    maxMs: STEP_MS,
    when: isAnswering,
    run: (facts, tools) => bareHandshake(facts, tools, placeOf(facts).path),
  },
  {
    id: 'W1',
    says: { zh: '版本不对的握手', en: 'a handshake of an unknown version' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && upgradeArrives(facts) === null,
    run: oddVersion,
  },
  {
    id: 'W3k',
    says: { zh: '默认路径上不带任何身份的握手', en: 'the same at the default path' },
    maxMs: STEP_MS,
    when: (facts) => !isPathRight(facts) && defaultPath(facts) !== null && defaultPath(facts) !== placeOf(facts).path,
    run: (facts, tools) => bareHandshake(facts, tools, defaultPath(facts) ?? '/'),
  },
];
