import { pastedLog } from '../log/target.ts';
import type { Target } from '../model/target.ts';
import { httpApi } from './http-api/index.ts';
import { nacos } from './nacos/index.ts';
import { onebotForward } from './onebot-forward/index.ts';
import { onebotReverse } from './onebot-reverse/index.ts';
import { wukong } from './wukong/index.ts';

/** Every kind of peer the doctor knows. */
export const targets: readonly Target[] = [onebotReverse, onebotForward, wukong, nacos, httpApi, pastedLog];

export function targetNamed(name: string): Target | null {
  return targets.find((one) => one.name === name) ?? null;
}

/** The kind an address looks most like; null when none fits. */
export function guessTarget(url: URL): Target | null {
  const best = targets.map((target) => ({ target, fit: target.fits(url) })).toSorted((a, b) => b.fit - a.fit)[0];
  return best === undefined || best.fit === 0 ? null : best.target;
}
