import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { conclude, diagnoseReverseWs, type Facts, type HttpFact } from '../src/index.ts';

const answer = (status: number, patch: Partial<HttpFact> = {}): HttpFact => ({
  status,
  server: 'uvicorn',
  via: false,
  location: '',
  allow: '',
  body: '',
  ...patch,
});
const NOT_FOUND = answer(404, { body: '{"detail":"Not Found"}' });
const REGISTERED = { prefix: '', get: answer(405, { allow: 'POST' }), post: answer(400, { body: 'Missing X-Self-ID Header' }) };
const facts = (patch: Partial<Facts>): Facts => ({
  path: '/onebot/v11/ws',
  secure: false,
  sentToken: true,
  observedStatus: 403,
  observedServer: '',
  droppedMsAgo: null,
  dns: 'ok',
  tcp: 'ok',
  tls: 'none',
  adapter: [REGISTERED],
  randomUpgrade: answer(403),
  ...patch,
});

const table: readonly [string, Partial<Facts>, string][] = [
  ['a name that does not resolve', { dns: 'failed' }, 'remote.dns'],
  ['a refused port', { tcp: 'refused' }, 'remote.refused'],
  ['a port that does not answer', { tcp: 'timeout' }, 'remote.timeout'],
  ['ws to a TLS port', { tls: 'mismatch' }, 'remote.tls_mismatch'],
  ['a redirect', { observedStatus: 307 }, 'remote.redirect'],
  ['uvicorn without a WebSocket library', { randomUpgrade: NOT_FOUND }, 'remote.ws_lib_missing'],
  ['a proxy that drops Upgrade', { randomUpgrade: { ...NOT_FOUND, server: 'nginx', via: true } }, 'remote.upgrade_lost'],
  ['no OneBot V11 adapter', { adapter: [{ prefix: '', get: NOT_FOUND, post: NOT_FOUND }] }, 'remote.adapter_unregistered'],
  ['a path without its last slash', { path: '/onebot/v11' }, 'remote.path_wrong'],
  ['a 403 after our own disconnect', { droppedMsAgo: 5000 }, 'remote.self_id_duplicate'],
  ['a 403 without a token', { sentToken: false }, 'remote.token_required'],
  ['a 403 with a token', {}, 'remote.token_mismatch'],
  ['another program in front', { observedServer: 'cloudflare' }, 'remote.front_block'],
  ['a 401 of another framework', { observedStatus: 401, adapter: [], randomUpgrade: null }, 'remote.token_mismatch'],
  ['a 403 that nothing explains', { sentToken: false, adapter: [], randomUpgrade: null }, 'remote.unknown_403'],
];
for (const [what, patch, code] of table) {
  test(`${what} is ${code}`, () => assert.equal(conclude(facts(patch)).code, code));
}

describe('a server shaped like NoneBot', () => {
  let server: Server;
  let origin = '';
  const seen: { url: string; headers: Record<string, unknown> }[] = [];
  before(async () => {
    server = createServer((request, response) => {
      seen.push({ url: request.url ?? '', headers: { ...request.headers } });
      response.setHeader('Server', 'uvicorn');
      if (request.url === '/onebot/v11/' && request.method === 'GET')
        return response.writeHead(405, { Allow: 'POST' }).end('{"detail":"Method Not Allowed"}');
      if (request.url === '/onebot/v11/http' && request.method === 'POST')
        return response.writeHead(400).end('Missing X-Self-ID Header');
      return response.writeHead(404).end('{"detail":"Not Found"}');
    });
    server.on('upgrade', (request, socket) => {
      seen.push({ url: request.url ?? '', headers: { ...request.headers } });
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nServer: uvicorn\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    origin = `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
  after(() => server.close());

  const diagnose = (path: string, token?: string) =>
    diagnoseReverseWs({
      url: origin + path,
      selfId: 20001,
      timeoutMs: 4000,
      observed: { status: 403 },
      ...(token === undefined ? {} : { token }),
    });

  test('names a token that differs, by elimination', async () => {
    assert.equal((await diagnose('/onebot/v11/ws', 'T4')).code, 'remote.token_mismatch');
  });
  test('names a token that we did not send', async () => {
    assert.equal((await diagnose('/onebot/v11/ws')).code, 'remote.token_required');
  });
  test('names the right path for a wrong one', async () => {
    const { code, rightPath } = await diagnose('/cqhttp/ws', 'T4');
    assert.deepEqual({ code, rightPath }, { code: 'remote.path_wrong', rightPath: '/onebot/v11/ws' });
  });
  test('never sends a credential or a bot id, and at most ten requests', async () => {
    seen.length = 0;
    await diagnose('/bot/onebot/v11/ws?access_token=T4', 'T4');
    assert.ok(seen.length <= 10);
    for (const { url, headers } of seen) {
      assert.ok(!url.includes('T4'));
      assert.equal(headers['authorization'], undefined);
      assert.equal(headers['x-self-id'], undefined);
    }
  });
  test('says that nothing listens', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const address = free.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => free.close(resolve));
    assert.equal(
      (await diagnoseReverseWs({ url: `ws://127.0.0.1:${port}/`, selfId: 1, timeoutMs: 2000 })).code,
      'remote.refused',
    );
  });
  test('sees wss spoken to a plain port', async () => {
    const { code } = await diagnoseReverseWs({
      url: `${origin.replace('ws:', 'wss:')}/onebot/v11/ws`,
      selfId: 1,
      timeoutMs: 4000,
    });
    assert.equal(code, 'remote.tls_mismatch');
  });
});
