import type { Lang, Text } from '../model/text.ts';

/** The command was used wrongly: exit code 4 and this sentence. */
export class UsageError extends Error {
  readonly says: Text;
  constructor(zh: string, en: string) {
    super(en);
    this.says = { zh, en };
  }
}

export function numberOf(flag: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < min || number > max)
    throw new UsageError(`${flag} 需要 ${min} 到 ${max} 的整数`, `${flag} takes a whole number from ${min} to ${max}`);
  return number;
}

export function languageOf(env: Readonly<Record<string, string | undefined>>): Lang {
  return /^zh/i.test(env['LC_ALL'] || env['LANG'] || '') ? 'zh' : 'en';
}

/** The language asked for, also of a command line that could not be understood. */
export function languageAsked(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Lang {
  const asked = argv[argv.indexOf('--lang') + 1];
  return asked === 'zh' || asked === 'en' ? asked : languageOf(env);
}
