/** A "no" as a value: what a person needs to act, and the request id an operator can open. */
export interface ClientRefusal {
  /** Public code of the server (`cred.rejected`), or `client.*` when this side could not get an answer. */
  readonly code: string;
  /** One sentence for a person; already worded by the server when it has words. */
  readonly message: string;
  /** Empty when no server answered. */
  readonly requestId: string;
  /** Seconds to wait before asking again, when the server said so. */
  readonly retryAfterSeconds?: number;
}

/** Every call of this package answers with one of these; it throws only for bugs. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: ClientRefusal };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refused(refusal: ClientRefusal): { readonly ok: false; readonly refusal: ClientRefusal } {
  return { ok: false, refusal };
}

/** A refusal made on this side, for want of an answer. */
export function localRefusal(code: `client.${string}`, message: string): { readonly ok: false; readonly refusal: ClientRefusal } {
  return refused({ code, message, requestId: '' });
}

/** false: this side could not get an answer. */
export function isFromServer(refusal: Pick<ClientRefusal, 'code'>): boolean {
  return !refusal.code.startsWith('client.');
}

type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Reads `application/problem+json` and the headers beside it; an answer of another shape (a proxy's page) becomes `client.bad_answer`. */
export function refusalFromProblem(status: number, body: unknown, headers: Headers): ClientRefusal {
  const requestId = headers.get('x-request-id') ?? '';
  if (!isRecord(body) || textOf(body['code']) === '') {
    return { code: 'client.bad_answer', message: `The server answered with HTTP ${status}.`, requestId };
  }
  const retryAfter = headers.get('retry-after') ?? '';
  return {
    code: textOf(body['code']),
    message: textOf(body['detail']) || textOf(body['title']) || textOf(body['code']),
    requestId: textOf(body['requestId']) || requestId,
    // The other form of the header, a date (RFC 9110, 10.2.3), is not used by this server.
    ...(/^\d{1,6}$/.test(retryAfter) ? { retryAfterSeconds: Number(retryAfter) } : {}),
  };
}

/** Reads a JSON-RPC error object `{code, message, data: {reason, requestId}}`. */
export function refusalFromRpcError(error: unknown): ClientRefusal {
  if (!isRecord(error)) return { code: 'client.bad_answer', message: 'The server sent an error without words.', requestId: '' };
  const data = isRecord(error['data']) ? error['data'] : {};
  const code = textOf(data['reason']) || `reason.${String(error['code'] ?? 0)}`;
  return { code, message: textOf(error['message']) || code, requestId: textOf(data['requestId']) };
}
