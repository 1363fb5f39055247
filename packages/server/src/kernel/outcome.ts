import type { Refusal, RefusalCode, Evidence } from '@hufu/refusals';

/** What every use case, guard and port returns: a value, or the refusal that says why not. Only bugs throw, and `Refused`. */
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

/**
 * Thrown by a port that returns plain values (a row, a page of messages) when it cannot answer at all: the disk is full, too much waits. No use case can do
 * anything about it, so it ends the call, and the last catch of each surface words it for its wire.
 */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/** The refusal behind a caught error: its own, or `srv.fault` for a bug. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  return { code: 'srv.fault', evidence: { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) } };
}
