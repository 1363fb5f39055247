import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { User } from '../../domain/model.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { Caller } from '../listen/caller.ts';
import type { ApiDeps, Principal } from './deps.ts';

/** open: everybody; any: person or operator; person: needs an account; operator: admin secret or operator session. */
export type Access = 'open' | 'any' | 'person' | 'operator';

export interface Context {
  readonly deps: ApiDeps;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  /** null only on open routes. */
  readonly principal: Principal | null;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A handler that has sent its own bytes answers this. */
export const SENT = Symbol('sent');

export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly doc: string;
  readonly access: Access;
  /** Body of POST and PATCH, query of GET and DELETE. */
  readonly schema: TSchema;
  readonly example: object;
  run(context: Context, input: unknown): Promise<Outcome<unknown>>;
}

interface Declaration<S extends TSchema> extends Omit<ApiRoute, 'schema' | 'run'> {
  readonly schema: S;
  handle(context: Context, input: Static<S>): Promise<Outcome<unknown>>;
}

/** One route: everything about it is declared once. */
export function route<S extends TSchema>(declared: Declaration<S>): ApiRoute {
  const { handle, ...rest } = declared;
  const check = Compile(rest.schema);
  return {
    ...rest,
    run: async (context, input) => {
      if (check.Check(input)) return handle(context, input);
      const [problem] = check.Errors(input);
      return refuse('http.bad_body', { pointer: problem?.instancePath ?? '', reason: problem?.message ?? 'has the wrong form' });
    },
  };
}

export const NOTHING = Type.Object({});

/** The person behind a `person` route. */
export function personOf(context: Context): User {
  if (context.principal?.kind !== 'person') throw new Error('a person route ran without a person');
  return context.principal.user;
}

export function checkAccess(access: Access, principal: Principal): Outcome<void> {
  if (access === 'person' && principal.kind !== 'person') return refuse('scope.role_required', { needed: 'person' });
  if (access === 'operator' && principal.kind !== 'operator') return refuse('scope.role_required', { needed: 'operator' });
  return ok();
}
