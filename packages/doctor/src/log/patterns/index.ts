import type { LogPattern } from '../pattern.ts';
import { nacosPatterns } from './nacos.ts';
import { nonebotPatterns } from './nonebot.ts';
import { onebotPatterns } from './onebot-ends.ts';
import { wukongPatterns } from './wukong.ts';

/** Every line the doctor can read. */
export const logPatterns: readonly LogPattern[] = [...nonebotPatterns, ...onebotPatterns, ...nacosPatterns, ...wukongPatterns];
