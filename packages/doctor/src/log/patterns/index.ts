import type { LogPattern } from '../pattern.ts';
import { nonebotPatterns } from './nonebot.ts';
import { onebotPatterns } from './onebot-ends.ts';
import { wukongPatterns } from './wukong.ts';

/** Every line the doctor can read. */
export const logPatterns: readonly LogPattern[] = [...nonebotPatterns, ...onebotPatterns, ...wukongPatterns];
