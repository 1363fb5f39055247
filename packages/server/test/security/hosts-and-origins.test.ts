import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { call } from '../refusals/support/http.ts';
import { ADMIN, openServer, type TestServer } from '../refusals/support/server.ts';

const FRIEND = 'https://app.example.com';
let server: TestServer;
before(async () => {
  server = await openServer({
    flags: { 'external.http': 'https://chat.example.com:8443', 'external.origins': `${FRIEND}, http://tools.example.com:8080` },
  });
});
after(() => server.close());

const health = async (headers: Readonly<Record<string, string>>) =>
  (await call({ to: server.at.http, path: '/health', headers: { token: ADMIN, ...headers } })).status;

test('Host: loopback names and the external name are served, with any port', async () => {
  for (const host of [
    server.at.http,
    'localhost',
    'LOCALHOST:99',
    '127.0.0.1',
    '127.9.9.9:1',
    '[::1]:80',
    'chat.example.com',
    'CHAT.example.com:8443',
  ])
    assert.equal(await health({ Host: host }), 200, host);
});

test('Host: every other name is refused, on every listener, so a page that rebinds its own name reaches nothing', async () => {
  for (const host of [
    'rebound.example',
    'chat.example.com.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '10.0.0.5',
    '[::2]',
    'localhost@evil.example',
  ]) {
    for (const at of [server.at.http, server.at.ws, server.at.onebotHttp, server.at.onebotWs]) {
      const answer = await call({ to: at, path: '/', headers: { Host: host } });
      assert.deepEqual([answer.status, answer.json['code']], [403, 'http.host_not_allowed'], `${host} at ${at}`);
    }
  }
});

test('Origin: the page itself, the external address and the named origins pass; scheme, host and port all count', async () => {
  for (const origin of [`http://${server.at.http}`, 'https://chat.example.com:8443', FRIEND, 'http://tools.example.com:8080'])
    assert.equal(await health({ Origin: origin }), 200, origin);
  const foreign = [
    'null',
    'http://page.example',
    'https://chat.example.com',
    'http://chat.example.com:8443',
    'http://app.example.com',
    'https://app.example.com.evil.example',
    'https://evil-app.example.com',
    `http://${server.at.ws}`,
    'http://localhost:1',
    'file://',
    'chrome-extension://abc',
    '',
  ];
  for (const origin of foreign) {
    const answer = await call({ to: server.at.http, path: '/health', headers: { Origin: origin } });
    assert.deepEqual([answer.status, answer.json['code']], [403, 'cors.origin_not_allowed'], origin);
    assert.ok(!Object.keys(answer.headers).some((name) => name.startsWith('access-control-')), 'nothing is opened');
  }
});

/** The status of a handshake: 101 when it opens. */
function handshake(url: string, origin: string | null): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, origin === null ? {} : { headers: { Origin: origin } });
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => undefined);
  });
}

test('Origin at the page’s own socket: its page passes, programs pass, foreign pages and null do not', async () => {
  const url = `ws://${server.at.http}/wk`;
  assert.equal(await handshake(url, null), 101);
  assert.equal(await handshake(url, `http://${server.at.http}`), 101);
  assert.equal(await handshake(url, FRIEND), 101);
  assert.equal(await handshake(url, 'http://page.example'), 403);
  assert.equal(await handshake(url, 'null'), 403);
});

test('Origin at the port of the SDKs: pages of others pass, as long as everybody needs a token', async () => {
  assert.equal(await handshake(`ws://${server.at.ws}/`, 'http://page.example'), 101);
  const open = await openServer({ flags: { 'tokens.check': 'off' } });
  try {
    assert.equal(await handshake(`ws://${open.at.ws}/`, 'http://page.example'), 403);
    assert.equal(await handshake(`ws://${open.at.ws}/`, 'null'), 403);
    assert.equal(await handshake(`ws://${open.at.ws}/`, null), 101);
  } finally {
    await open.close();
  }
});
