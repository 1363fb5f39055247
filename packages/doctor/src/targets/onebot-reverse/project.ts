import type { NoteSeen } from '../../model/facts.ts';
import type { Secrets } from '../../model/question.ts';
import { parseDotenv } from './dotenv.ts';
import { nearMiss } from './token-forms.ts';

/** Files of a NoneBot project that say how it starts; the `.env` of the environment is looked up besides. */
const PROGRAMS = ['bot.py', 'main.py', 'app.py', 'run.py'] as const;
const TOKEN_KEYS = ['onebot_v11_access_token', 'onebot_access_token'] as const;
/** What people write instead: none of these is read. */
const MISNAMED =
  /^(one_?bot_?(v?11)?_?(access_?)?token|access_?token|(one_?bot_?)?v?11_?access_?token|cqhttp_access_token|onebot_v12_access_token)$/i;

/** Reads one file of the project; null when it is not there. */
export type ReadFile = (name: string) => string | null;

/** What the files say, without any value that may be secret: key names, the driver, host and port, and how its token relates to the given one. */
export function lookAtProject(read: ReadFile, secrets: Secrets): NoteSeen['values'] {
  const base = parsed(read('.env'));
  const environment = valueOf(base, 'environment') ?? 'prod';
  const named = /^[\w-]{1,32}$/.test(environment) ? `.env.${environment}` : '.env.prod';
  const settings = new Map([...base, ...parsed(read(named))]);
  const program = PROGRAMS.map((name) => [name, read(name)] as const).find(([, text]) => text !== null);
  const source = withoutComments(program?.[1] ?? '');
  const pyproject = read('pyproject.toml');
  const driver = inCode(source, 'driver') ?? valueOf(settings, 'driver') ?? '~fastapi';
  const token = tokenOf(settings);
  const files = ['.env', named, program?.[0] ?? '', 'pyproject.toml'].filter((name) => name !== '' && read(name) !== null);
  return {
    files: files.join(' '),
    keys: [...settings.keys()]
      .map((key) => key.slice(0, 48))
      .slice(0, 40)
      .join(' '),
    driver,
    listens: listens(driver),
    host: inCode(source, 'host') ?? valueOf(settings, 'host') ?? '127.0.0.1',
    port: Number(inCode(source, 'port') ?? valueOf(settings, 'port') ?? 8080) || 0,
    program: program?.[0] ?? '',
    adapter: adapterOf(source, pyproject, program !== undefined),
    tokenKey: token?.key ?? '',
    misnamedKey: token === null ? ([...settings.keys()].find((key) => MISNAMED.test(key) && !isTokenKey(key)) ?? '') : '',
    ...(files.length === 0 ? UNKNOWN : relationOf(token?.value ?? null, secrets['token'] ?? null)),
  };
}

function parsed(text: string | null): Map<string, string> {
  return text === null ? new Map() : parseDotenv(text);
}

/** Names are not case-sensitive to NoneBot; the last line of a name wins. */
function valueOf(settings: ReadonlyMap<string, string>, name: string): string | null {
  const found = [...settings].filter(([key]) => key.toLowerCase() === name).at(-1)?.[1];
  return found === undefined || found === '' ? null : found;
}

function isTokenKey(key: string): boolean {
  return TOKEN_KEYS.some((name) => name === key.toLowerCase());
}

function tokenOf(settings: ReadonlyMap<string, string>): { readonly key: string; readonly value: string } | null {
  for (const name of TOKEN_KEYS) {
    const value = valueOf(settings, name);
    if (value !== null) return { key: [...settings.keys()].find((key) => key.toLowerCase() === name) ?? name, value };
  }
  return null;
}

const UNKNOWN = { token: 'unknown', carriedBy: '' };

/** `token`: unset, not_given, equal, differs, unknown, or what makes both the same; `carriedBy`: which of them carries it. */
function relationOf(own: string | null, given: string | null) {
  if (own === null) return { token: 'unset', carriedBy: '' };
  if (given === null) return { token: 'not_given', carriedBy: '' };
  // python-dotenv puts another variable there, of an environment that is not ours.
  if (own.includes('${')) return UNKNOWN;
  if (own === given) return { token: 'equal', carriedBy: '' };
  const near = nearMiss(own, given);
  return { token: near?.kind ?? 'differs', carriedBy: near === null ? '' : near.carriedBy === 'a' ? 'project' : 'given' };
}

/** null: a driver that we do not know. */
function listens(driver: string): boolean | null {
  const parts = driver.split('+').map((part) =>
    part
      .trim()
      .replace(/^nonebot\.drivers\.|^~/, '')
      .replace(/:.*/, ''),
  );
  if (parts.some((part) => part === 'fastapi' || part === 'quart')) return true;
  return parts.every((part) => ['none', 'httpx', 'websockets', 'aiohttp'].includes(part)) ? false : null;
}

/** v11, v12, none, or unknown when no program of the project was found. */
function adapterOf(source: string, pyproject: string | null, hasProgram: boolean): string {
  // nb-cli registers what pyproject.toml lists, when there is no program of one's own.
  const text = hasProgram ? source : withoutComments(pyproject ?? '');
  if (!hasProgram && !/adapters/.test(text)) return 'unknown';
  if (hasProgram && !/register_adapter\s*\(/.test(text)) return 'none';
  if (/onebot\.v11|onebot\s+import\s+[^\n]*\b(V11Adapter|v11)\b/i.test(text)) return 'v11';
  return /onebot\.v12|onebot\s+import\s+[^\n]*\b(V12Adapter|v12)\b/i.test(text) ? 'v12' : 'none';
}

/** `name=` in a call of nonebot.init(…) or nonebot.run(…), when its value is written there. */
function inCode(source: string, name: string): string | null {
  const call = new RegExp(
    `\\b(?:init|run)\\s*\\([^()]*\\b${name}\\s*=\\s*(?:"([^"\\n]{1,64})"|'([^'\\n]{1,64})'|(\\d{1,5}))`,
  ).exec(source);
  return call?.[1] ?? call?.[2] ?? call?.[3] ?? null;
}

function withoutComments(source: string): string {
  return source.replace(/^\s*#.*$/gm, '');
}
