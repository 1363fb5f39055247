import assert from 'node:assert/strict';
import { ADMIN_SECRET, call, startServer, type TestServer, until } from '../../../../peers/lib/server.ts';
import { type Client, type ClientOptions, createBackoff, createClient, type Msg, type Result } from '../../src/index.ts';
import { layLine, type Line } from './line.ts';

export const PASSWORD = 'correct horse battery';
let people = 0;

/** The real server, a line to it, and clients of people made for each test. */
export interface World {
  readonly server: TestServer;
  readonly line: Line;
  /** A new account, signed in over the line and connected. */
  person(name: string, options?: Partial<ClientOptions>): Promise<Person>;
  close(): Promise<void>;
}

export interface Person {
  readonly uid: string;
  readonly client: Client;
  /** Messages told so far. */
  readonly got: Msg[];
}

export async function openWorld(): Promise<World> {
  const server = await startServer();
  const line = await layLine(server.ready.http);
  const clients: Client[] = [];
  return {
    server,
    line,
    async person(name, options = {}) {
      people += 1;
      const uid = `${name}${people}`;
      await call(server, '/api/v1/users', { authorization: `Bearer ${ADMIN_SECRET}` }, { uid, name, password: PASSWORD });
      const client = createClient({
        baseUrl: line.url,
        deviceId: `test-${uid}`,
        backoff: createBackoff(20, 50, () => 1),
        ...options,
      });
      clients.push(client);
      const got: Msg[] = [];
      client.on('message', (message) => got.push(message));
      valueOf(await client.login(uid, PASSWORD));
      await connected(client);
      return { uid, client, got };
    },
    async close() {
      for (const client of clients) client.detach();
      await line.end();
      await server.close();
    },
  };
}

export function connected(client: Client): Promise<true> {
  return until('the live connection', () => client.liveState().status === 'connected');
}

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) assert.fail(`${result.refusal.code}: ${result.refusal.message}`);
  return result.value;
}

export function codeOf(result: Result<unknown>): string {
  return result.ok ? '' : result.refusal.code;
}

export const words = (content: string) => ({ type: 1, content });
export const contents = (messages: readonly Msg[]) => messages.map((message) => String(message.payload?.['content']));
