import { text } from 'node:stream/consumers';
import type { Secrets } from '../model/question.ts';
import { UsageError } from './words.ts';

/** Where a secret comes from. Never the command line itself: it stands in the process list and in the shell's history. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array>;
}

/** Names of secrets a person can give, each as `--<name>-env NAME`; one of them may come as `--token-stdin`. */
const SECRET_NAMES = ['token', 'password', 'managerToken', 'accessToken', 'secret'] as const;

export type SecretOptions = Readonly<Record<string, unknown>>;

/** Throws a UsageError when a named variable is not set. */
export async function readSecrets(options: SecretOptions, sources: SecretSources): Promise<Secrets> {
  const secrets: Record<string, string> = {};
  for (const name of SECRET_NAMES) {
    const variable = options[`${name}Env`];
    if (typeof variable !== 'string') continue;
    const value = sources.env[variable];
    if (value === undefined)
      throw new UsageError(`没有设置环境变量 ${variable}`, `the environment variable ${variable} is not set`);
    secrets[name] = value;
  }
  // Exactly what was piped in, but for the one line end that echo adds: a blank too many is what may be looked for.
  if (options['tokenStdin'] === true) secrets['token'] = (await text(sources.stdin)).replace(/\r?\n$/, '');
  return Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''));
}

const TOKEN_KEY = /^(access_?token|token|api_?key|key)$/i;

/** A token that the person's own address carries is a secret like any other; the address goes on without it. */
export function takeFromQuery(url: URL, secrets: Secrets): { readonly secrets: Secrets; readonly tokenInQuery: string | null } {
  const [key, token] = [...url.searchParams].find(([name, value]) => TOKEN_KEY.test(name) && value !== '') ?? [];
  if (key === undefined || token === undefined) return { secrets, tokenInQuery: null };
  url.searchParams.delete(key);
  // A token that was given besides is the one the program sends in its header.
  return { secrets: { token, ...secrets }, tokenInQuery: secrets['token'] === undefined ? key : null };
}
