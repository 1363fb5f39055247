import type { Refusal } from '@hufu/refusals';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Outcome, refuse } from '../../kernel/outcome.ts';
import type { Caller } from '../listen/caller.ts';
import type { WukongHttpDeps } from './deps.ts';
import { withoutNulls } from './fields.ts';

/** `body` goes out as JSON, `json` as it stands. A refusal may carry WuKongIM's own text, another HTTP status than 400, or further keys. */
export type Answer =
  | { readonly refused?: undefined; readonly body: unknown; readonly json?: undefined }
  | { readonly refused?: undefined; readonly json: string }
  | {
      readonly refused: Refusal;
      readonly text?: string;
      readonly httpStatus?: number;
      readonly status?: number;
      readonly extra?: object;
    };

/** A call and its answer, for the reference. Tests send it to a real server, in the order of the routes. */
export interface Example {
  /** Body of a POST, query of a GET. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly answer: unknown;
}

/** One route of the WuKongIM API: everything about it stands here once. */
export interface WukongRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly doc: string;
  readonly example: Example;
  readonly schema: TSchema;
  run(deps: WukongHttpDeps, input: unknown, caller: Caller): Promise<Answer>;
}

interface Declaration<S extends TSchema> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly doc: string;
  readonly example: Example;
  readonly schema: S;
  handle(deps: WukongHttpDeps, body: Static<S>, caller: Caller): Promise<Answer>;
}

export function route<S extends TSchema>(declared: Declaration<S>): WukongRoute {
  const { method, path, doc, example, schema, handle } = declared;
  const check = Compile(schema);
  const run = async (deps: WukongHttpDeps, input: unknown, caller: Caller): Promise<Answer> => {
    const body = withoutNulls(schema, input);
    if (check.Check(body)) return handle(deps, body, caller);
    const [problem] = check.Errors(body);
    const pointer = problem?.instancePath ?? '';
    const reason = `${pointer === '' ? 'the body' : pointer} ${problem?.message ?? 'has the wrong type'}`;
    return { refused: refuse('http.bad_body', { pointer, reason }).refusal, text: `数据格式有误！: ${reason}` };
  };
  return { method, path, doc, example, schema, run };
}

export const DONE: Answer = { body: { status: 200 } };

/** `{"status":200}` or the refusal. */
export function done(outcome: Outcome<unknown>): Answer {
  return outcome.ok ? DONE : { refused: outcome.refusal };
}

/** Words of WuKongIM for a wrong field: back ends log them. */
export function wrong(field: string, words: string): Answer {
  return { refused: refuse('http.bad_body', { field, reason: words }).refusal, text: words };
}

/** The caller holds the admin secret, so it may read the real cause; what was refused is not the caller's own credential. */
export function reserved(refused: Refusal, words: string): Answer {
  return { refused, text: words, httpStatus: 400, extra: { reason: refused.code } };
}
