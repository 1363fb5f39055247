import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { nearest } from '../kernel/nearest.ts';
import { ConfigError } from './error.ts';
import type { BotClientConfig, BotConfig } from './schema.ts';
import { type Environment, substitute } from './substitute.ts';

const clientShape = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    kind: Type.Union([Type.Literal('forward'), Type.Literal('reverse')]),
    url: Type.Optional(Type.String({ maxLength: 1024 })),
    token: Type.Optional(Type.String({ maxLength: 512 })),
    format: Type.Optional(Type.Union([Type.Literal('array'), Type.Literal('string')])),
    heartbeatMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
    queryToken: Type.Optional(Type.Boolean()),
    replay: Type.Optional(
      Type.Object({
        maxEvents: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
        maxAgeSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_592_000 })),
      }),
    ),
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

/** The `bots:` list of hufu.yaml, checked and completed. */
export function readBots(value: unknown, where: string, env: Environment): readonly BotConfig[] {
  const replaced = deepSubstitute(value, env, where);
  if (!checkBots.Check(replaced)) {
    const [problem] = checkBots.Errors(replaced);
    throw new ConfigError(`${where}: bots${problem === undefined ? '' : describe(problem)}`);
  }
  return replaced.map((bot) => ({
    uid: bot.uid,
    name: bot.name ?? bot.uid,
    clients: (bot.clients ?? []).map((client) => complete(bot.uid, client, where)),
  }));
}

function complete(uid: string, client: Static<typeof clientShape>, where: string): BotClientConfig {
  const named = `${where}: bots ${uid}, client ${client.name}`;
  if (client.kind === 'reverse' && client.url === undefined) throw new ConfigError(`${named}: a reverse client needs a url`);
  if (client.kind === 'forward' && (client.token ?? '') === '')
    throw new ConfigError(`${named}: a forward client needs a token, which selects the bot`);
  return {
    name: client.name,
    kind: client.kind,
    ...(client.url === undefined ? {} : { url: client.url }),
    ...(client.token === undefined ? {} : { token: client.token }),
    format: client.format ?? 'array',
    heartbeatMs: client.heartbeatMs ?? 30_000,
    queryToken: client.queryToken ?? false,
    replay: { maxEvents: client.replay?.maxEvents ?? 1000, maxAgeSeconds: client.replay?.maxAgeSeconds ?? 600 },
    enabled: client.enabled ?? true,
  };
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
