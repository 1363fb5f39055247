import { type Facts, wsOf } from '../../model/facts.ts';
import { placeOf } from '../../reach/probes.ts';
import { frameworkOf } from './framework.ts';
import { adapterPrefix, TAILS } from './nonebot.ts';

/** Paths the other two frameworks have unless a person changed them. */
const DEFAULTS = { koishi: '/onebot', aiocqhttp: '/ws' } as const;

/** false only when it is known to be wrong: where the framework is unknown, the path is taken as the person gave it. */
export function isPathRight(facts: Facts): boolean {
  const bare = wsOf(facts, 'W3');
  switch (frameworkOf(facts)) {
    case 'nonebot':
      return TAILS.some((tail) => placeOf(facts).path === `${adapterPrefix(facts) ?? ''}${tail}`);
    case 'koishi':
      return bare === null || bare.close?.code !== 1005;
    case 'aiocqhttp':
      return bare === null || bare.status !== 404;
    default:
      return true;
  }
}

/** Our own path when it is right, the one that is when it is known, else null. */
export function rightPath(facts: Facts): string | null {
  if (isPathRight(facts)) return placeOf(facts).path;
  const prefix = adapterPrefix(facts);
  if (prefix !== null) return `${prefix}/onebot/v11/ws`;
  return isDefaultThere(facts) ? defaultPath(facts) : null;
}

/** Where Koishi and aiocqhttp listen as they come; null for the others. */
export function defaultPath(facts: Facts): string | null {
  const framework = frameworkOf(facts);
  return framework === 'koishi' || framework === 'aiocqhttp' ? DEFAULTS[framework] : null;
}

function isDefaultThere(facts: Facts): boolean {
  const bare = wsOf(facts, 'W3k');
  if (bare === null) return false;
  return bare.status === 101 ? bare.close?.code === 1008 : bare.status === 401 || bare.status === 400;
}
