import { isJsonObject } from '@hufu/protocol/json-object';
import { MAX_MESSAGE_ID, MAX_NUMERIC_ID, toBoolean, toNaturalInt } from '@hufu/protocol/onebot';
import { type Static, type TObject, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { BotClient, User } from '../../../domain/model.ts';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';
import type { OnebotDeps } from '../deps.ts';
import type { BotStatus } from '../status.ts';
import type { Turns } from '../turns.ts';

export interface ActionContext {
  readonly deps: OnebotDeps;
  /** As it was when the connection opened; {@link currentBot} has what changed since. */
  readonly bot: User;
  readonly client: BotClient;
  readonly connectionId: string;
  readonly status: BotStatus;
  /** Sends of one connection begin in the order of their calls. */
  readonly sending: Turns;
}

export interface ActionDoc {
  readonly zh: string;
  readonly en: string;
}

export interface ActionExample {
  readonly params: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}

/** One OneBot action as the dispatcher sees it. */
export interface Action {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly doc: ActionDoc;
  readonly params: TObject;
  readonly paramAliases: Readonly<Record<string, readonly string[]>>;
  readonly example: ActionExample;
  /** Refuses `onebot.bad_params`. */
  check(params: Readonly<Record<string, unknown>>): Outcome<unknown>;
  run(context: ActionContext, params: Readonly<Record<string, unknown>>): Promise<Outcome<unknown>>;
}

export interface ActionDefinition<Params extends TObject, Data> {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly doc: ActionDoc;
  readonly params: Params;
  /** Other names of parameters: `{message_id: ['id']}`. */
  readonly paramAliases?: Readonly<Record<string, readonly string[]>>;
  /** Answered so in the small world of the tests. */
  readonly example: ActionExample;
  run(context: ActionContext, params: Static<Params>): Promise<Outcome<Data>>;
}

const id = { minimum: 1, maximum: MAX_NUMERIC_ID };
/** An account's number. */
export const UserId = Type.Integer({ ...id, description: 'number of an account, as in `user_id` of events' });
export const GroupId = Type.Integer({ ...id, description: 'number of a group, as in `group_id` of events' });
export const MessageId = Type.Integer({
  minimum: 1,
  maximum: MAX_MESSAGE_ID,
  description: '`message_id` of an event or of an answer',
});
/** Read by the message composer. */
export const MessageParam = Type.Unknown({ description: 'a CQ string, one segment, or a list of both' });
export const AutoEscape = Type.Optional(
  Type.Boolean({ description: 'a message given as string is one text, without CQ codes; default false' }),
);
export const NoCache = Type.Optional(Type.Boolean({ description: 'accepted; answers are always current' }));

/** Schema, handler, doc and example of one action, from which validation, reference and tests come. */
export function defineAction<Params extends TObject, Data>(definition: ActionDefinition<Params, Data>): Action {
  const { name, doc, example, aliases = [], paramAliases = {} } = definition;
  const compiled = Compile(definition.params);
  const read = (raw: Readonly<Record<string, unknown>>): Outcome<Static<Params>> => {
    const params = coerce(definition.params, renamed(raw, paramAliases));
    if (compiled.Check(params)) return ok<Static<Params>>(params);
    return refuse('onebot.bad_params', { detail: problemOf(compiled.Errors(params)).slice(0, 256) });
  };
  return {
    name,
    aliases,
    doc,
    example,
    params: definition.params,
    paramAliases,
    check: read,
    async run(context, raw) {
      const params = read(raw);
      return params.ok ? definition.run(context, params.value) : params;
    },
  };
}

interface Problem {
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/** The first problem; where one of a few words is wanted, these words. */
function problemOf([first, ...others]: readonly Problem[]): string {
  if (first === undefined) return 'is not right';
  const where = first.instancePath.slice(1).replaceAll('/', '.');
  const words = [first, ...others]
    .filter((one) => one.instancePath === first.instancePath)
    .flatMap(({ params }) => ('allowedValue' in params ? [String(params.allowedValue)] : []));
  const what = words.length > 0 ? `must be ${words.join(' or ')}` : first.message;
  return where === '' ? what : `${where} ${what}`;
}

/** The bot as it is now: a ban or a new name counts at once. */
export function currentBot(context: ActionContext): User {
  return context.deps.users.peek(context.bot.uid) ?? context.bot;
}

function renamed(
  raw: Readonly<Record<string, unknown>>,
  aliases: Readonly<Record<string, readonly string[]>>,
): Record<string, unknown> {
  const params: Record<string, unknown> = { ...raw };
  for (const [name, others] of Object.entries(aliases)) {
    if (params[name] !== undefined && params[name] !== null) continue;
    const other = others.find((one) => raw[one] !== undefined && raw[one] !== null);
    if (other !== undefined) params[name] = raw[other];
  }
  return params;
}

/**
 * Every parameter may come as a string; null is the same as absent, and so are '' for what may be left out, and 0 for an id that may (go-cqhttp and
 * LLOneBot read them so, and plugins send both ids with every call).
 */
function coerce(schema: TObject, raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(schema.properties)) {
    const value = Object.hasOwn(raw, key) ? raw[key] : undefined;
    const isRequired = schema.required?.includes(key) === true;
    if (value === undefined || value === null || (value === '' && !isRequired)) continue;
    const type = 'type' in property ? property.type : undefined;
    if (type === 'integer') {
      const number = toNaturalInt(value);
      if (isRequired || number !== 0 || !isId(property)) params[key] = number ?? value;
    } else if (type === 'boolean') params[key] = toBoolean(value) ?? value;
    else if (Type.IsObject(property) && isJsonObject(value)) params[key] = coerce(property, value);
    else params[key] = value;
  }
  return params;
}

function isId(property: object): boolean {
  return 'minimum' in property && property.minimum === 1;
}
