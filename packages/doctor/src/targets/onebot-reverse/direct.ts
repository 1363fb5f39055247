import { isAllowed } from '../../engine/trust.ts';
import { type Facts, seenAs } from '../../model/facts.ts';
import type { Probe } from '../../model/target.ts';
import { isAnswering, reachProbes } from '../../reach/probes.ts';
import { frameworkOf } from './framework.ts';
import { ownHandshake, upgradeArrives, works } from './handshake.ts';
import { activeProbes } from './active-probes.ts';
import { passiveProbes } from './passive-probes.ts';

const SUFFIX = 'd';
const ALL = [...reachProbes, ...passiveProbes, ...activeProbes];

/** The facts as they are past the proxy, so that every judgement can be made there as well; null without `--direct`. */
export function pastTheProxy(facts: Facts): Facts | null {
  const { direct } = facts.question.given;
  if (typeof direct !== 'string') return null;
  const seen = ALL.flatMap(({ id }) => (facts.seen[id + SUFFIX] === undefined ? [] : [[id, facts.seen[id + SUFFIX]] as const]));
  return { ...facts, question: { ...facts.question, url: direct }, seen: Object.fromEntries(seen.filter(isSeen)) };
}

function isSeen<Key, Value>(entry: readonly [Key, Value | undefined]): entry is readonly [Key, Value] {
  return entry[1] !== undefined;
}

/** The same probes at the address past the proxy, each only where the answer through it left a doubt. */
export const directProbes: readonly Probe[] = ['N1', 'N2', 'N3', 'H1', 'A1', 'A2', 'W2', 'W1', 'W4'].flatMap((id) => {
  const probe = ALL.find((one) => one.id === id);
  return probe === undefined ? [] : [atDirect(probe)];
});

function atDirect(probe: Probe): Probe {
  // Whom to trust is a question of the address past the proxy.
  const { secret: _, ...kept } = probe;
  return {
    ...kept,
    id: probe.id + SUFFIX,
    says: { zh: `绕过代理：${probe.says.zh}`, en: `past the proxy: ${probe.says.en}` },
    when: (facts) => {
      const direct = pastTheProxy(facts);
      return direct !== null && isInDoubt(facts) && isWanted(probe.id, facts) && isAllowed(probe, direct) && probe.when(direct);
    },
    run: (facts, tools) => probe.run(pastTheProxy(facts) ?? facts, tools),
  };
}

function isInDoubt(facts: Facts): boolean {
  return !works(facts) && seenAs(facts, 'N2', 'tcp') !== null;
}

function isWanted(id: string, facts: Facts): boolean {
  if (id === 'W2' || id === 'W1') return upgradeArrives(facts) !== true;
  if (id === 'W4') return ownHandshake(facts)?.status !== 101;
  if (id === 'A1' || id === 'A2') return !isAnswering(facts) || frameworkOf(facts) !== 'aiocqhttp';
  return true;
}
