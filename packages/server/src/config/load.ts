import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { readBots } from './bots.ts';
import { type BotConfig, type Config, type OptionKey, options } from './schema.ts';

/** A config that cannot be used: one line naming file, line, key and the nearest valid key. The process ends with code 2. */
export class ConfigError extends Error {}

export interface ConfigSources {
  /** Path of hufu.yaml, or null for none. */
  readonly file: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags by option key, strongest of all. */
  readonly flags: Readonly<Record<string, string>>;
}

interface Found {
  readonly value: unknown;
  /** `hufu.yaml:3`, `HUFU_LISTEN_HTTP`, `--listen-http`. */
  readonly where: string;
}

/** Weakest first: defaults, file, environment, flags. */
export function loadConfig(sources: ConfigSources): Config {
  const found = new Map<OptionKey, Found>();
  const file = sources.file === null ? { values: new Map<OptionKey, Found>(), bots: [] } : readFile(sources.file, sources.env);
  for (const [key, value] of file.values) found.set(key, value);
  for (const key of optionKeys()) {
    const fromEnv = sources.env[options[key].env];
    if (fromEnv !== undefined && fromEnv !== '') found.set(key, { value: fromEnv, where: options[key].env });
    const fromFlag = sources.flags[key];
    if (fromFlag !== undefined) found.set(key, { value: fromFlag, where: `--${flagName(key)}` });
  }
  const entries = optionKeys().map((key) => [key, valueOf(key, found.get(key))]);
  const config: Config = { ...Object.fromEntries(entries), bots: file.bots };
  checkReachability(config);
  return config;
}

export function optionKeys(): OptionKey[] {
  return Object.keys(options).filter((key): key is OptionKey => key in options);
}

/** `listen.onebotHttp` → `listen-onebot-http`. */
export function flagName(key: string): string {
  return key.replace(/\./g, '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function valueOf(key: OptionKey, found: Found | undefined): unknown {
  if (found === undefined) return options[key].default;
  const read = options[key].read(found.value);
  if (!read.ok) throw new ConfigError(`${found.where}: ${key} ${read.problem}`);
  return read.value;
}

function readFile(path: string, env: ConfigSources['env']): { values: Map<OptionKey, Found>; bots: readonly BotConfig[] } {
  const lines = new LineCounter();
  const document = parseDocument(readText(path), { lineCounter: lines });
  const problem = document.errors[0];
  if (problem !== undefined) throw new ConfigError(`${path}:${lines.linePos(problem.pos[0]).line}: ${problem.message.split('\n')[0] ?? ''}`);
  const whereOf = (node: Node | null) => `${path}:${node?.range ? lines.linePos(node.range[0]).line : 1}`;
  const values = new Map<OptionKey, Found>();
  let bots: readonly BotConfig[] = [];

  const visit = (node: unknown, prefix: string): void => {
    if (!isMap(node)) throw new ConfigError(`${path}: ${prefix === '' ? 'the file' : prefix} must be a mapping`);
    for (const { key: keyNode, value: child } of node.items) {
      const key = prefix + String(isScalar(keyNode) ? keyNode.value : keyNode);
      const where = whereOf(isScalar(keyNode) ? keyNode : null);
      if (key === 'bots') {
        if (!isSeq(child)) throw new ConfigError(`${where}: bots must be a list`);
        bots = readBots(child.toJS(document), where, env);
      } else if (isOptionKey(key)) values.set(key, { value: substitute(isScalar(child) ? child.value : child, env, where), where });
      else if (isMap(child) && optionKeys().some((one) => one.startsWith(`${key}.`))) visit(child, `${key}.`);
      else throw new ConfigError(`${where}: unknown key "${key}", the nearest valid key is "${nearest(key, [...optionKeys(), 'bots'])}"`);
    }
  };
  if (document.contents !== null) visit(document.contents, '');
  return { values, bots };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${path}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

function isOptionKey(key: string): key is OptionKey {
  return Object.hasOwn(options, key);
}

/** `${NAME}` in a value is replaced by the environment variable; an unset one is an error, never an empty secret. */
export function substitute(value: unknown, env: ConfigSources['env'], where: string): unknown {
  if (typeof value !== 'string') return value;
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const replacement = env[name];
    if (replacement === undefined) throw new ConfigError(`${where}: the environment variable ${name} is not set`);
    return replacement;
  });
}

/** A public address without TLS must be said out loud. */
function checkReachability(config: Config): void {
  if (config.allowPlaintext || config.behindProxy) return;
  for (const key of optionKeys()) {
    if (!key.startsWith('listen.')) continue;
    const value = String(config[key]);
    const host = value.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    if (value !== 'off' && !/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)) {
      throw new ConfigError(`${key}: ${host} is reachable by others without TLS; set behindProxy: true (a proxy does TLS) or allowPlaintext: true`);
    }
  }
}

/** The valid key with the smallest edit distance. */
export function nearest(key: string, keys: readonly string[]): string {
  let best = keys[0] ?? '';
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const one of keys) {
    const distance = editDistance(key.toLowerCase(), one.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [one, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
