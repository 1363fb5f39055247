import type { Lang } from '../model/text.ts';

/** The command was used wrongly: exit code 4 and this sentence. */
export class UsageError extends Error {}

export function numberOf(flag: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < min || number > max)
    throw new UsageError(`${flag} takes a whole number from ${min} to ${max}`);
  return number;
}

export function languageOf(env: Readonly<Record<string, string | undefined>>): Lang {
  return /^zh/i.test(env['LC_ALL'] || env['LANG'] || '') ? 'zh' : 'en';
}
