import type { Refusal } from '@hufu/refusals';
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Outcome } from '../../kernel/outcome.ts';
import { refuse } from '../../kernel/outcome.ts';
import type { WukongHttpDeps } from './deps.ts';

/** `body` goes out as it stands. A refusal may carry WuKongIM's own text, another HTTP status than 400, or further keys. */
export type Answer =
  | { readonly refused?: undefined; readonly body: unknown; readonly httpStatus?: number }
  | {
      readonly refused: Refusal;
      readonly text?: string;
      readonly httpStatus?: number;
      readonly status?: number;
      readonly extra?: object;
    };

/** One route of the WuKongIM API: everything about it stands here once. */
export interface WukongRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly doc: string;
  readonly example: object;
  readonly schema: TSchema;
  /** Answers strangers too. */
  readonly open: boolean;
  run(deps: WukongHttpDeps, input: unknown): Promise<Answer>;
}

interface Declaration<S extends TSchema> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly doc: string;
  readonly example: object;
  readonly schema: S;
  readonly open?: true;
  handle(deps: WukongHttpDeps, body: Static<S>): Promise<Answer>;
}

export function route<S extends TSchema>(declared: Declaration<S>): WukongRoute {
  const { method, path, doc, example, schema, open = false, handle } = declared;
  const check = Compile(schema);
  const run = async (deps: WukongHttpDeps, input: unknown): Promise<Answer> => {
    const body = withoutNulls(input);
    if (check.Check(body)) return handle(deps, body);
    const [problem] = check.Errors(body);
    const pointer = problem?.instancePath ?? '';
    const reason = `${pointer === '' ? 'the body' : pointer} ${problem?.message ?? 'has the wrong type'}`;
    return { refused: refuse('http.bad_body', { pointer, reason }).refusal, text: `数据格式有误！: ${reason}` };
  };
  return { method, path, doc, example, schema, open, run };
}

/** Go reads null as the zero value and its back ends send it for empty arrays: a null field is an absent one, a null body an empty object. */
function withoutNulls(input: unknown): unknown {
  if (input === null || input === undefined) return {};
  if (typeof input !== 'object' || Array.isArray(input)) return input;
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}

export const DONE: Answer = { body: { status: 200 } };

/** `{"status":200}` or the refusal. */
export function done(outcome: Outcome<unknown>): Answer {
  return outcome.ok ? DONE : { refused: outcome.refusal };
}

/** Words of WuKongIM for a wrong field: back ends log them. */
export function wrong(field: string, text: string): Answer {
  return { refused: refuse('http.bad_body', { field, reason: text }).refusal, text };
}

/** The caller holds the admin secret, so the real cause may be told; it is no credential of the caller's that was refused. */
export function reserved(refused: Refusal, words: string): Answer {
  return { refused, text: words, httpStatus: 400, extra: { reason: refused.code } };
}

export const text = Type.Optional(Type.String());
export const byte = Type.Optional(Type.Integer({ minimum: 0, maximum: 255 }));
export const flag = Type.Optional(Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 }));
export const seq = Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }));
export const uids = Type.Optional(Type.Array(Type.String()));
