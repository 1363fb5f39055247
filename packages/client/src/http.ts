import { type ClientRefusal, isRecord, localRefusal, refusalFromProblem, refused, success, type Result } from './result.ts';

export interface HttpOptions {
  /** Origin of the server without a slash at the end; '' in a page that the server itself served. */
  readonly baseUrl: string;
  readonly token: () => string | null;
  /** Language in which refusals are to be worded, e.g. `en`. */
  readonly language?: () => string;
  /** Told of each 401, so that the owner of the session can end it. */
  readonly onUnauthorized?: (token: string) => void;
  readonly fetch?: typeof fetch;
  readonly timeoutMs?: number;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface RequestExtras {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly form?: FormData;
  /** Instead of the session's token; '' for none. */
  readonly bearer?: string;
}

export interface Http {
  /** `read` turns the decoded body into T; answering null means "not the shape agreed on". */
  request<T>(
    method: Method,
    path: string,
    read: (body: Readonly<Record<string, unknown>>) => T | null,
    extras?: RequestExtras,
  ): Promise<Result<T>>;
}

/** A file may take longer than a question. */
const UPLOAD_TIMEOUT_MS = 120_000;
/** A reading that nobody answered is asked again this often; nothing else is, for it may have been done. */
const MAX_READ_ATTEMPTS = 3;
const FIRST_WAIT_MS = 250;
/** A server that asks for a longer wait is left to the caller. */
const MAX_WAIT_MS = 3000;

/** HTTP with refusals as values: a refused or unanswered request resolves, it never rejects. */
export function createHttp(options: HttpOptions): Http {
  const fetchOnce = options.fetch ?? ((input, init) => globalThis.fetch(input, init));

  async function once<T>(
    method: Method,
    path: string,
    read: (body: Readonly<Record<string, unknown>>) => T | null,
    extras: RequestExtras,
  ): Promise<Result<T>> {
    const sessionToken = options.token();
    const timeoutMs = options.timeoutMs ?? (extras.form === undefined ? 20_000 : UPLOAD_TIMEOUT_MS);
    let response: Response;
    let body: unknown;
    try {
      response = await fetchOnce(`${options.baseUrl}/api/v1${path}${queryOf(extras.query)}`, {
        method,
        headers: headersOf(extras, extras.bearer ?? sessionToken, options.language?.()),
        ...bodyOf(extras),
        signal: AbortSignal.timeout(timeoutMs),
      });
      body = parse(await response.text());
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError')
        return localRefusal('client.timeout', 'The server did not answer in time.');
      // A header that cannot be written (a secret with a line break) ends here too: no request was made.
      return localRefusal('client.unreachable', 'The server did not answer.');
    }
    if (!response.ok) {
      if (response.status === 401 && extras.bearer === undefined && sessionToken !== null) options.onUnauthorized?.(sessionToken);
      return refused(refusalFromProblem(response.status, body, response.headers));
    }
    const value = read(isRecord(body) ? body : {});
    if (value === null)
      return localRefusal('client.bad_answer', `The server answered ${path} in a shape this page does not know.`);
    return success(value);
  }

  return {
    async request(method, path, read, extras = {}) {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await once(method, path, read, extras);
        if (answer.ok || method !== 'GET' || attempt >= MAX_READ_ATTEMPTS) return answer;
        const waitMs = waitBefore(answer.refusal, attempt);
        if (waitMs === null) return answer;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    },
  };
}

/** null: asking again would not help, or not soon. */
function waitBefore(refusal: ClientRefusal, attempt: number): number | null {
  if (refusal.code === 'client.unreachable') return FIRST_WAIT_MS * 2 ** (attempt - 1);
  const waitMs = (refusal.retryAfterSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  return waitMs <= MAX_WAIT_MS ? waitMs : null;
}

function headersOf(extras: RequestExtras, bearer: string | null, language: string | undefined): Record<string, string> {
  return {
    accept: 'application/json',
    ...(bearer === null || bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
    ...(language === undefined ? {} : { 'accept-language': language }),
    ...(extras.body === undefined ? {} : { 'content-type': 'application/json' }),
  };
}

function bodyOf(extras: RequestExtras): { body?: FormData | string } {
  if (extras.form !== undefined) return { body: extras.form };
  return extras.body === undefined ? {} : { body: JSON.stringify(extras.body) };
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return null;
  }
}

function queryOf(query: RequestExtras['query']): string {
  const pairs = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) pairs.set(key, String(value));
  const text = pairs.toString();
  return text === '' ? '' : `?${text}`;
}
