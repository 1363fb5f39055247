import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { nearest } from '../kernel/nearest.ts';
import { type BotsFound, readBots } from './bots.ts';
import { ConfigError } from './error.ts';
import { type Config, type OptionKey, options } from './schema.ts';
import { type Environment, substitute } from './substitute.ts';

export interface ConfigSources {
  /** Path of hufu.yaml, or null for none. */
  readonly file: string | null;
  readonly env: Environment;
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
  const file =
    sources.file === null ? { values: new Map<OptionKey, Found>(), found: NO_BOTS } : readFile(sources.file, sources.env);
  for (const [key, value] of file.values) found.set(key, value);
  for (const key of optionKeys()) {
    const fromEnv = sources.env[options[key].env];
    if (fromEnv !== undefined && fromEnv !== '') found.set(key, { value: fromEnv, where: options[key].env });
    const fromFlag = sources.flags[key];
    if (fromFlag !== undefined) found.set(key, { value: fromFlag, where: `--${flagName(key)}` });
  }
  const entries = optionKeys().map((key) => [key, valueOf(key, found.get(key))]);
  const config: Config = { ...Object.fromEntries(entries), ...file.found };
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

const NO_BOTS: BotsFound = { bots: [], notes: [] };

function readFile(path: string, env: Environment): { values: Map<OptionKey, Found>; found: BotsFound } {
  const lines = new LineCounter();
  const document = parseDocument(readText(path), { lineCounter: lines });
  const problem = document.errors[0];
  if (problem !== undefined)
    throw new ConfigError(`${path}:${lines.linePos(problem.pos[0]).line}: ${problem.message.split('\n')[0] ?? ''}`);
  const whereOf = (node: Node | null) => `${path}:${node?.range ? lines.linePos(node.range[0]).line : 1}`;
  const values = new Map<OptionKey, Found>();
  let found = NO_BOTS;

  const visit = (node: unknown, prefix: string): void => {
    if (!isMap(node)) throw new ConfigError(`${path}: ${prefix === '' ? 'the file' : prefix} must be a mapping`);
    for (const { key: keyNode, value: child } of node.items) {
      const key = prefix + String(isScalar(keyNode) ? keyNode.value : keyNode);
      const where = whereOf(isScalar(keyNode) ? keyNode : null);
      if (key === 'bots') {
        if (!isSeq(child)) throw new ConfigError(`${where}: bots must be a list`);
        // The nearest node above that has a place in the file.
        const whereAt = (path: readonly (string | number)[]): string => {
          const node = child.getIn(path, true);
          if (path.length === 0) return where;
          return isNode(node) ? whereOf(node) : whereAt(path.slice(0, -1));
        };
        found = readBots(child.toJS(document), whereAt, env);
      } else if (isOptionKey(key))
        values.set(key, { value: substitute(isScalar(child) ? child.value : child, env, where), where });
      else if (isMap(child) && optionKeys().some((one) => one.startsWith(`${key}.`))) visit(child, `${key}.`);
      else
        throw new ConfigError(
          `${where}: unknown key "${key}", the nearest valid key is "${nearest(key, [...optionKeys(), 'bots'])}"`,
        );
    }
  };
  if (document.contents !== null) visit(document.contents, '');
  return { values, found };
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

/** A public address without TLS must be said out loud. */
function checkReachability(config: Config): void {
  if (config.allowPlaintext || config.behindProxy) return;
  for (const key of optionKeys()) {
    if (!key.startsWith('listen.')) continue;
    const value = String(config[key]);
    const host = value.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    if (value !== 'off' && !/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)) {
      throw new ConfigError(
        `${key}: ${host} is reachable by others without TLS; set behindProxy: true (a proxy does TLS) or allowPlaintext: true`,
      );
    }
  }
}
