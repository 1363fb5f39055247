import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** One recorded answer of a real server: status, content type, body as it came (tokens and times replaced). */
interface Recorded {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Which recorded answer is given to which call; a list is given one after the other, the last one stays. */
export interface Replay {
  readonly state?: string;
  /** A read without a token, with the token the test gives, with a fresh one, and with the identity header. */
  readonly none?: string;
  readonly given?: string;
  readonly fresh?: string | readonly string[];
  readonly identity?: string;
  readonly login?: string | readonly string[];
}

export interface FakeNacos {
  readonly url: string;
  readonly seen: string[];
  [Symbol.dispose](): void;
}

export const GIVEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJyZWFkZXIiLCJleHAiOjE3MDAwMDAwMDB9.Z2l2ZW4tc2lnbmF0dXJl';

export function startReplay(version: '1.4.8' | '2.5.1', replay: Replay): Promise<FakeNacos> {
  const answers = JSON.parse(readFileSync(new URL(`../fixtures/nacos-${version}.json`, import.meta.url), 'utf8')) as Record<
    string,
    Recorded
  >;
  const counts = new Map<string, number>();
  const seen: string[] = [];
  const next = (what: string, names: string | readonly string[]) => {
    const list = typeof names === 'string' ? [names] : names;
    const at = counts.get(what) ?? 0;
    counts.set(what, at + 1);
    return answers[list[Math.min(at, list.length - 1)] ?? ''];
  };
  const choose = (request: IncomingMessage): Recorded | undefined => {
    const url = request.url ?? '';
    if (url.includes('/v1/console/server/state')) return answers[replay.state ?? 'state'];
    if (url.includes('/v3/')) return answers['state3'];
    const { authorization } = request.headers;
    if (url.includes('/auth/users/login'))
      return authorization === undefined ? next('login', replay.login ?? 'loginGood') : answers['loginOldHeader'];
    if (!url.includes('/v1/cs/configs')) return undefined;
    if (request.headers['hufutestidentity'] !== undefined) return next('identity', replay.identity ?? 'identityRight');
    if (authorization === undefined) return answers[replay.none ?? 'readNone'];
    return authorization === `Bearer ${GIVEN}`
      ? next('given', replay.given ?? 'readGood')
      : next('fresh', replay.fresh ?? 'readGood');
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume();
    const found = choose(request);
    response.writeHead(found?.status ?? 404, { 'Content-Type': found?.type ?? 'text/plain' }).end(found?.body ?? '');
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/nacos`,
        seen,
        [Symbol.dispose]() {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}
