import type { Refusal, RefusalCode, Evidence } from '@hufu/refusals';

/** What every use case, guard and port returns: a value, or the refusal that says why not. Only bugs throw. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export function ok(): Outcome<void>;
export function ok<T>(value: T): Outcome<T>;
export function ok<T>(value?: T): Outcome<T | undefined> {
  return { ok: true, value };
}

/** `evidence` is for the operator (and, where the code says so, for the peer); it must never hold a secret. */
export function refuse(code: RefusalCode, evidence?: Evidence, retryAfterSeconds?: number): { ok: false; refusal: Refusal } {
  return {
    ok: false,
    refusal: {
      code,
      ...(evidence === undefined ? {} : { evidence }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  };
}
