import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { nearest } from '../kernel/nearest.ts';
import { ConfigError } from './error.ts';
import type { BotClientConfig, BotConfig } from './schema.ts';
import { type Environment, substitute } from './substitute.ts';

const clientShape = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    kind: Type.Union([Type.Literal('forward'), Type.Literal('reverse'), Type.Literal('post')]),
    url: Type.Optional(Type.String({ maxLength: 1024 })),
    apiUrl: Type.Optional(Type.String({ maxLength: 1024 })),
    eventUrl: Type.Optional(Type.String({ maxLength: 1024 })),
    useUniversal: Type.Optional(Type.Boolean()),
    token: Type.Optional(Type.String({ maxLength: 512 })),
    secret: Type.Optional(Type.String({ maxLength: 512 })),
    format: Type.Optional(Type.Union([Type.Literal('array'), Type.Literal('string')])),
    heartbeatMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
    queryToken: Type.Optional(Type.Boolean()),
    preset: Type.Optional(Type.String({ maxLength: 64 })),
    asyncRetcode: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)])),
    reportSelf: Type.Optional(Type.Boolean()),
    replay: Type.Optional(
      Type.Object({
        maxEvents: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
        maxAgeSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_592_000 })),
      }),
    ),
    quickReply: Type.Optional(Type.Object({ atSender: Type.Optional(Type.Boolean()), quote: Type.Optional(Type.Boolean()) })),
    actions: Type.Optional(Type.Array(Type.String({ pattern: '^[.a-z0-9_*]{1,64}$' }), { maxItems: 100 })),
    filter: Type.Optional(Type.Object({})),
    limits: Type.Optional(
      Type.Union([
        Type.Literal('off'),
        Type.Object({ callsPerSecond: Type.Optional(Type.Number()), sendsPerSecond: Type.Optional(Type.Number()) }),
      ]),
    ),
    fileRoots: Type.Optional(Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 100 })),
    enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
const botShape = Type.Object(
  {
    uid: Type.String({ pattern: '^[^@#&]{1,128}$' }),
    name: Type.Optional(Type.String({ maxLength: 128 })),
    clients: Type.Optional(Type.Array(clientShape, { maxItems: 32 })),
  },
  { additionalProperties: false },
);
const checkBots = Compile(Type.Array(botShape, { maxItems: 1000 }));

type Client = Static<typeof clientShape>;

export interface BotsFound {
  readonly bots: readonly BotConfig[];
  /** What the file asks for and this version does not do. */
  readonly notes: readonly string[];
}

/** `file:line` of what stands at a path below `bots`. */
export type WhereAt = (path: readonly (string | number)[]) => string;

/** The `bots:` list of hufu.yaml, checked and completed. */
export function readBots(value: unknown, whereAt: WhereAt, env: Environment): BotsFound {
  const replaced = deepSubstitute(value, env, whereAt([]));
  if (!checkBots.Check(replaced)) {
    const [problem] = checkBots.Errors(replaced);
    const path = pathOf(problem?.instancePath ?? '');
    throw new ConfigError(`${whereAt(path)}: bots${problem === undefined ? '' : describe(problem)}`);
  }
  const notes: string[] = [];
  const tokens = new Set<string>();
  const bots = replaced.map((bot, botIndex) => {
    const names = new Set<string>();
    const clients = (bot.clients ?? []).flatMap((client, index) => {
      const where = `${whereAt([botIndex, 'clients', index])}: bots ${bot.uid}, client ${client.name}`;
      checkClient(client, where);
      // Two clients of one name would share a position; two of one token, nobody knows which is meant.
      if (names.has(client.name)) throw new ConfigError(`${where}: this name is taken by another client of the bot`);
      if (client.kind === 'forward' && tokens.has(client.token ?? ''))
        throw new ConfigError(`${where}: this token is another client's, and the token selects the client`);
      names.add(client.name);
      if (client.kind === 'forward') tokens.add(client.token ?? '');
      notes.push(...ignoredKeys(client).map((what) => `${where}: ${what}`));
      const why = whyLeftOut(client);
      if (why === null) return [complete(client)];
      notes.push(`${where}: ${why}; the client is left out`);
      return [];
    });
    return { uid: bot.uid, name: bot.name ?? bot.uid, clients };
  });
  return { bots, notes };
}

function checkClient(client: Client, where: string): void {
  const url = client.url ?? client.apiUrl ?? client.eventUrl;
  if (client.kind !== 'forward' && url === undefined) throw new ConfigError(`${where}: a ${client.kind} client needs a url`);
  if (client.kind === 'forward' && (client.token ?? '') === '')
    throw new ConfigError(`${where}: a forward client needs a token, which selects the bot`);
}

/** Half of what was asked for would be worse than nothing: a client that hears too much, or one that is never called. */
function whyLeftOut(client: Client): string | null {
  if (client.kind === 'post') return 'HTTP POST is not served by this version';
  if (client.kind === 'reverse' && (client.useUniversal === false || client.url === undefined))
    return 'separate API and event connections are not served by this version';
  return client.filter === undefined ? null : 'filters are not served by this version';
}

function ignoredKeys({ limits, fileRoots, reportSelf, quickReply }: Client): string[] {
  return [
    ...(typeof limits === 'object' ? ['limits are not served by this version, there are none'] : []),
    ...(fileRoots === undefined ? [] : ['fileRoots are not served by this version, no file of this machine is read']),
    ...(reportSelf === true ? ['reportSelf is not served by this version'] : []),
    ...(quickReply === undefined
      ? []
      : ['quickReply is not served by this version: a quick reply mentions only where it asks to, and never quotes']),
  ];
}

function complete(client: Client): BotClientConfig {
  const kind = client.kind === 'reverse' ? 'reverse' : 'forward';
  return {
    name: client.name,
    kind,
    ...(client.url === undefined ? {} : { url: client.url }),
    ...(client.token === undefined ? {} : { token: client.token }),
    ...(client.preset === undefined ? {} : { preset: client.preset }),
    ...(client.asyncRetcode === undefined ? {} : { asyncRetcode: client.asyncRetcode }),
    ...(client.actions === undefined ? {} : { actions: client.actions }),
    format: client.format ?? 'array',
    heartbeatMs: client.heartbeatMs ?? 30_000,
    queryToken: client.queryToken ?? false,
    replay: { maxEvents: client.replay?.maxEvents ?? 1000, maxAgeSeconds: client.replay?.maxAgeSeconds ?? 600 },
    enabled: client.enabled ?? true,
  };
}

function pathOf(instancePath: string): (string | number)[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function describe(problem: { instancePath: string; message: string }): string {
  const unknown = /^(.*)\/([^/]+)$/.exec(problem.instancePath);
  const known = Object.keys(problem.instancePath.includes('/clients/') ? clientShape.properties : botShape.properties);
  const key = unknown?.[2] ?? '';
  if (/^\d+$/.test(key) || known.includes(key)) return `${problem.instancePath}: ${problem.message}`;
  return `${unknown?.[1] ?? ''}: unknown key "${key}", the nearest valid key is "${nearest(key, known)}"`;
}

function deepSubstitute(value: unknown, env: Environment, where: string): unknown {
  if (Array.isArray(value)) return value.map((one) => deepSubstitute(one, env, where));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deepSubstitute(one, env, where)]));
  }
  return substitute(value, env, where);
}
