import { Type } from 'typebox';
import { createBot } from '../../domain/bots/create-bot.ts';
import { type Preset, PRESETS, presetAt } from '../../domain/bots/presets.ts';
import {
  addClient,
  changeClient,
  checkClientUrl,
  clientsOf,
  dropClient,
  type ClientPatch,
} from '../../domain/bots/save-client.ts';
import type { BotClient, User } from '../../domain/model.ts';
import { shownName } from '../../domain/users/shown-name.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { ApiDeps } from './deps.ts';
import { type ApiRoute, type Context, NOTHING, personOf, route } from './route.ts';
import { aiocqhttpSnippet } from './snippets/aiocqhttp.ts';
import { koishiSnippet } from './snippets/koishi.ts';
import { nonebotSnippet } from './snippets/nonebot.ts';
import type { Snippet, SnippetInput } from './snippets/snippet.ts';

const SNIPPETS: Readonly<Record<Preset, (input: SnippetInput) => Snippet>> = {
  nonebot: nonebotSnippet,
  koishi: koishiSnippet,
  aiocqhttp: aiocqhttpSnippet,
};

const framework = Type.Union([Type.Literal('nonebot'), Type.Literal('koishi'), Type.Literal('aiocqhttp')]);

const name = Type.String({ maxLength: 256 });
const url = Type.String({ maxLength: 1024 });

const list = route({
  method: 'GET',
  path: '/api/v1/bots',
  doc: 'The bots of the caller, with their configured clients.',
  access: 'person',
  example: {},
  schema: NOTHING,
  async handle(context) {
    const { deps } = context;
    const bots = await ownBots(deps, personOf(context));
    const clients = await deps.directory.botClients();
    const viewOf = (bot: User) => ({
      ...describe(bot),
      clients: clients.filter((one) => one.botUid === bot.uid).map((one) => clientView(deps, one)),
    });
    return ok({ bots: bots.map(viewOf) });
  },
});

const create = route({
  method: 'POST',
  path: '/api/v1/bots',
  doc: 'Makes a bot with one client that dials a framework, and answers what to paste there. The token is shown this once.',
  access: 'person',
  example: { name: 'Ping', framework: 'nonebot' },
  schema: Type.Object({
    name,
    framework,
    url: Type.Optional(url),
  }),
  async handle(context, input) {
    const { deps } = context;
    const preset = input.framework;
    const target = checkClientUrl('reverse', input.url === undefined || input.url === '' ? PRESETS[preset].usualUrl : input.url);
    if (!target.ok) return target;
    const bot = await createBot(deps, personOf(context), input.name);
    if (!bot.ok) return bot;
    const made = await makeClient(deps, bot.value, { kind: 'reverse', name: preset, preset, url: target.value });
    if (!made.ok) return made;
    const { token, client } = made.value;
    const view = clientView(deps, client);
    const snippets = snippetsOf(bot.value, client, token);
    return ok({ bot: { ...describe(bot.value), clients: [view] }, client: view, token, snippets });
  },
});

const createClient = route({
  method: 'POST',
  path: '/api/v1/bots/:uid/clients',
  doc: 'One more client: `forward` dials us with the token, `reverse` is dialled by us at `url`; `framework` is the one it is for. The token is shown this once.',
  access: 'person',
  example: { kind: 'forward', name: 'second' },
  schema: Type.Object({
    kind: Type.Union([Type.Literal('forward'), Type.Literal('reverse')]),
    name,
    url: Type.Optional(Type.Union([url, Type.Null()])),
    framework: Type.Optional(framework),
  }),
  async handle(context, input) {
    const bot = await ownBot(context);
    if (!bot.ok) return bot;
    const { kind, url: target = null, framework: preset = null } = input;
    const made = await makeClient(context.deps, bot.value, { kind, name: input.name, preset, url: target });
    return made.ok ? ok({ client: clientView(context.deps, made.value.client), token: made.value.token }) : made;
  },
});

const retry = route({
  method: 'POST',
  path: '/api/v1/bots/:uid/clients/:id/retry',
  doc: 'Dials a reverse client again now.',
  access: 'person',
  example: {},
  schema: NOTHING,
  async handle(context) {
    const own = await ownClient(context);
    if (!own.ok) return own;
    const { client } = own.value;
    context.deps.retryClient(client.id);
    return ok({ client: clientView(context.deps, client) });
  },
});

const change = route({
  method: 'PATCH',
  path: '/api/v1/bots/:uid/clients/:id',
  doc: 'Changes address, token or whether it is on; `rotate` makes a new token, which is shown this once, with what to paste.',
  access: 'person',
  example: { rotate: true },
  schema: Type.Object({
    url: Type.Optional(url),
    token: Type.Optional(Type.String({ minLength: 8, maxLength: 512, pattern: '^[\\x21-\\x7e]+$' })),
    rotate: Type.Optional(Type.Boolean()),
    enabled: Type.Optional(Type.Boolean()),
  }),
  async handle(context, input) {
    const own = await ownClient(context);
    if (!own.ok) return own;
    const { bot, client } = own.value;
    const token = input.rotate === true ? context.deps.secrets.newToken() : input.token;
    const patch: ClientPatch = {
      ...(input.url === undefined ? {} : { url: input.url }),
      ...(input.enabled === undefined ? {} : { enabled: input.enabled }),
      ...(token === undefined ? {} : keptToken(context.deps, client.kind, token)),
    };
    const changed = await changeClient(context.deps, client, patch);
    if (!changed.ok) return changed;
    const view = clientView(context.deps, changed.value);
    if (input.rotate !== true || token === undefined) return ok({ client: view, token: null, snippets: [] });
    return ok({ client: view, token, snippets: snippetsOf(bot, changed.value, token) });
  },
});

const remove = route({
  method: 'DELETE',
  path: '/api/v1/bots/:uid/clients/:id',
  doc: 'Removes a client.',
  access: 'person',
  example: {},
  schema: NOTHING,
  async handle(context) {
    const own = await ownClient(context);
    if (!own.ok) return own;
    const removed = await dropClient(context.deps, own.value.client);
    return removed.ok ? ok({}) : removed;
  },
});

async function makeClient(
  deps: ApiDeps,
  bot: User,
  wanted: Pick<BotClient, 'kind' | 'name' | 'preset' | 'url'>,
): Promise<Outcome<{ client: BotClient; token: string }>> {
  const token = deps.secrets.newToken();
  const client = await addClient(deps, bot, { ...wanted, ...keptToken(deps, wanted.kind, token) });
  return client.ok ? ok({ client: client.value, token }) : client;
}

/** What to paste for a client that we dial: for its framework, else for the one whose usual path it has. */
function snippetsOf(bot: User, client: BotClient, token: string): readonly Snippet[] {
  if (client.kind !== 'reverse' || client.url === null) return [];
  const url = new URL(client.url);
  const preset = client.preset ?? presetAt(url.pathname);
  return preset === null ? [] : [SNIPPETS[preset]({ token, numericId: bot.numericId, url })];
}

/** A token that others present is hashed; one that we present has to be read back, so it is sealed. */
function keptToken(deps: ApiDeps, kind: BotClient['kind'], token: string): Pick<BotClient, 'tokenHash' | 'sealedToken'> {
  return kind === 'forward'
    ? { tokenHash: deps.secrets.hash(token), sealedToken: null }
    : { tokenHash: null, sealedToken: deps.secrets.seal(token) };
}

async function ownBots(deps: ApiDeps, owner: User): Promise<readonly User[]> {
  return (await deps.directory.usersOwnedBy(owner.uid)).filter((user) => user.kind === 'bot');
}

/** Bots of others and bots that do not exist give one answer. */
async function ownBot(context: Context): Promise<Outcome<User>> {
  const bot = (await ownBots(context.deps, personOf(context))).find((one) => one.uid === context.params['uid']);
  return bot === undefined ? refuse('resource.hidden', { reason: 'no such bot of this owner' }) : ok(bot);
}

async function ownClient(context: Context): Promise<Outcome<{ readonly bot: User; readonly client: BotClient }>> {
  const bot = await ownBot(context);
  if (!bot.ok) return bot;
  const client = (await clientsOf(context.deps, bot.value.uid)).find((one) => one.id === context.params['id']);
  return client === undefined
    ? refuse('resource.hidden', { reason: 'no such client of this bot' })
    : ok({ bot: bot.value, client });
}

function describe(bot: User) {
  return { uid: bot.uid, name: shownName(bot), numericId: bot.numericId };
}

/** A client as its owner sees it: never a token, hashed or sealed. */
function clientView(deps: ApiDeps, client: BotClient) {
  const live = deps.botState(client.id);
  const { id, name: clientName, kind, url: target } = client;
  return {
    id,
    name: clientName,
    kind,
    url: target,
    state: client.enabled ? (live?.state ?? 'waiting') : 'disabled',
    since: live?.since ?? null,
    refusal: live?.refusal ?? null,
  };
}

export const botRoutes: readonly ApiRoute[] = [list, create, createClient, retry, change, remove];
