import { ConfigError } from './error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `${NAME}` in a value is replaced by the environment variable; an unset one is an error, never an empty secret. */
export function substitute(value: unknown, env: Environment, where: string): unknown {
  if (typeof value !== 'string') return value;
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const replacement = env[name];
    if (replacement === undefined) throw new ConfigError(`${where}: the environment variable ${name} is not set`);
    return replacement;
  });
}
