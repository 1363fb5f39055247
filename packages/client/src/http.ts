import { isRecord, localRefusal, refusalFromProblem, refused, success, type Result } from './result.ts';

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
  /** Instead of the session's token (the admin secret for the first account). */
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

/** HTTP with refusals as values: a refused or unanswered request resolves, it never rejects. */
export function createHttp(options: HttpOptions): Http {
  const fetchOnce = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const timeoutMs = options.timeoutMs ?? 20_000;

  return {
    async request(method, path, read, extras = {}) {
      const sessionToken = options.token();
      const bearer = extras.bearer ?? sessionToken;
      const headers: Record<string, string> = { accept: 'application/json' };
      if (bearer !== null && bearer !== '') headers['authorization'] = `Bearer ${bearer}`;
      if (options.language !== undefined) headers['accept-language'] = options.language();
      if (extras.body !== undefined) headers['content-type'] = 'application/json';
      let response: Response;
      let body: unknown;
      try {
        response = await fetchOnce(`${options.baseUrl}/api/v1${path}${queryOf(extras.query)}`, {
          method,
          headers,
          ...(extras.form !== undefined
            ? { body: extras.form }
            : extras.body !== undefined
              ? { body: JSON.stringify(extras.body) }
              : {}),
          signal: AbortSignal.timeout(timeoutMs),
        });
        body = parse(await response.text());
      } catch {
        // A header that cannot be written (a secret with a line break) ends here too: no request was made.
        return localRefusal('client.unreachable', 'The server did not answer.');
      }
      if (!response.ok) {
        if (response.status === 401 && extras.bearer === undefined && sessionToken !== null)
          options.onUnauthorized?.(sessionToken);
        return refused(refusalFromProblem(response.status, body, response.headers.get('x-request-id') ?? ''));
      }
      const value = read(isRecord(body) ? body : {});
      if (value === null)
        return localRefusal('client.bad_answer', `The server answered ${path} in a shape this page does not know.`);
      return success(value);
    },
  };
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
