import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { askDoctor } from '../lib/doctor.ts';
import { listenTcp } from '../lib/listeners.ts';
import { ADMIN_SECRET, admin, startServer, type TestServer } from '../lib/server.ts';
import { type FakeWukong, startWukong, type WukongBehaviour } from './fakes/wukong-v2.ts';

const TOKEN = 'tok-secret-4321';
const ask = (url: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  askDoctor([url, '--kind', 'wukong', ...args], { WK_TOKEN: TOKEN, ...env });
const CONNECT = ['--active', '--uid', 'ann', '--token-env', 'WK_TOKEN'] as const;

describe('doctor on our own server', { timeout: 180_000 }, () => {
  let server: TestServer;
  let tcp = '';
  before(async () => {
    server = await startServer();
    tcp = `tcp://${server.ready.tcp}`;
    await admin(server, '/user/token', { uid: 'ann', token: TOKEN, device_flag: 0, device_level: 0 });
  });
  after(() => server.close());

  test('healthy over TCP', async () => {
    const answer = await ask(tcp, CONNECT);
    assert.deepEqual([answer.codes, answer.warnings, answer.exit], [[], [], 0], answer.text);
    assert.ok(!answer.text.includes(TOKEN));
  });
  test('the flag of the web SDK, the token of flag 0', async () => {
    const answer = await ask(server.ready.ws, CONNECT);
    assert.deepEqual(answer.codes, ['remote.wk_flag_mismatch'], answer.text);
    assert.match(answer.text, /registered for flag 0 \(APP\), the client connects with 1/);
  });
  test('no token registered: the request id leads to the exact cause', async () => {
    const answer = await ask(tcp, ['--active', '--uid', 'nobody-yet', '--token-env', 'WK_TOKEN']);
    assert.deepEqual(answer.codes, ['remote.wk_token_refused'], answer.text);
    assert.match(answer.text, /hufu explain hr_\w+/);
    assert.ok(!answer.text.includes(TOKEN));
  });
  test('a wrong token', async () => {
    const answer = await ask(tcp, ['--active', '--uid', 'ann', '--token-env', 'OTHER'], { OTHER: 'something-else' });
    assert.deepEqual(answer.codes, ['remote.wk_token_refused'], answer.text);
  });
  test('no token at all', async () => {
    assert.deepEqual((await ask(tcp, ['--active', '--uid', 'ann'])).codes, ['remote.wk_token_required']);
  });
  test('without --active nothing is sent that could act, and that is said', async () => {
    const answer = await ask(tcp, ['--uid', 'ann', '--token-env', 'WK_TOKEN']);
    assert.deepEqual([answer.codes, answer.exit], [[], 0], answer.text);
    assert.match(JSON.stringify(answer.report.open), /were not tried/);
  });
  test('HTTP where WKProto is meant', async () => {
    const answer = await ask(server.ready.http.replace('http:', 'tcp:'), CONNECT);
    assert.deepEqual(answer.codes, ['remote.wk_port_http'], answer.text);
  });
  test('the WebSocket port where TCP is meant names the scheme', async () => {
    const answer = await ask(server.ready.ws.replace('ws:', 'tcp:'), CONNECT);
    assert.deepEqual(answer.codes, ['remote.wk_port_http'], answer.text);
    assert.equal(answer.report.causes[0]?.edits[0]?.change, server.ready.ws);
  });
  test('WKProto where HTTP is meant', async () => {
    const answer = await ask(`http://${server.ready.tcp}`, ['--active']);
    assert.equal(answer.codes[0], 'remote.wk_port_wk', answer.text);
  });
  test('the API without its secret, with a wrong one, and with the right one', async () => {
    assert.deepEqual((await ask(server.ready.http)).codes, ['remote.wk_manager_token_missing']);
    const wrong = await ask(server.ready.http, ['--manager-token-env', 'M'], { M: 'wrong-secret-1' });
    assert.deepEqual(wrong.codes, ['remote.wk_manager_token_wrong'], wrong.text);
    const right = await ask(server.ready.http, ['--manager-token-env', 'M'], { M: ADMIN_SECRET });
    assert.deepEqual([right.codes, right.warnings, right.exit], [[], [], 0], right.text);
    assert.ok(!right.text.includes(ADMIN_SECRET));
  });
});

describe('doctor on a server that behaves as WuKongIM 2.2.5 was recorded', { timeout: 180_000 }, () => {
  const rows: readonly {
    readonly fault: string;
    readonly behaviour: WukongBehaviour;
    readonly url: (fake: FakeWukong) => string;
    readonly args?: readonly string[];
    readonly codes: readonly string[];
    readonly warnings?: readonly string[];
  }[] = [
    {
      fault: 'healthy',
      behaviour: { tokenAuthOn: true, tokens: { 'ann:0': TOKEN } },
      url: (fake) => fake.tcp,
      args: CONNECT,
      codes: [],
    },
    {
      fault: 'healthy over WebSocket',
      behaviour: { tokenAuthOn: true, tokens: { 'ann:1': TOKEN } },
      url: (fake) => fake.ws,
      args: CONNECT,
      codes: [],
    },
    {
      fault: 'the token check is off',
      behaviour: {},
      url: (fake) => fake.tcp,
      args: CONNECT,
      codes: [],
      warnings: ['remote.wk_auth_off'],
    },
    {
      fault: 'a bad token, answered with silence',
      behaviour: { tokenAuthOn: true, tokens: { 'ann:0': 'another' } },
      url: (fake) => fake.tcp,
      args: CONNECT,
      codes: ['remote.wk_token_refused'],
      warnings: ['remote.wk_silent'],
    },
    {
      fault: 'no token registered',
      behaviour: { tokenAuthOn: true },
      url: (fake) => fake.ws,
      args: CONNECT,
      codes: ['remote.wk_token_refused'],
      warnings: ['remote.wk_silent'],
    },
    {
      fault: 'the flag differs',
      behaviour: { tokenAuthOn: true, tokens: { 'ann:0': TOKEN } },
      url: (fake) => fake.ws,
      args: CONNECT,
      codes: ['remote.wk_flag_mismatch'],
      warnings: ['remote.wk_silent'],
    },
    {
      fault: 'HTTP where TCP is meant',
      behaviour: {},
      url: (fake) => fake.http.replace('http:', 'tcp:'),
      args: CONNECT,
      codes: ['remote.wk_port_http'],
    },
    {
      fault: 'TCP where a WebSocket is meant',
      behaviour: {},
      url: (fake) => fake.tcp.replace('tcp:', 'ws:'),
      args: CONNECT,
      codes: ['remote.wk_port_wk'],
    },
    {
      fault: 'TCP where the API is meant',
      behaviour: {},
      url: (fake) => fake.tcp.replace('tcp:', 'http:'),
      codes: ['remote.wk_port_wk'],
    },
    {
      fault: 'the API where a WebSocket is meant',
      behaviour: {},
      url: (fake) => fake.http.replace('http:', 'ws:'),
      args: CONNECT,
      codes: ['remote.wk_port_wk'],
    },
    {
      fault: 'the API is open to the world',
      behaviour: {},
      url: (fake) => fake.http,
      codes: [],
      warnings: ['remote.wk_api_open'],
    },
    {
      fault: 'the manager token is missing',
      behaviour: { managerToken: 'mt' },
      url: (fake) => fake.http,
      codes: ['remote.wk_manager_token_missing'],
    },
    {
      fault: 'wss spoken to the plain port',
      behaviour: {},
      url: (fake) => fake.ws.replace('ws:', 'wss:'),
      args: CONNECT,
      codes: ['remote.tls_mismatch'],
    },
  ];
  for (const { fault, behaviour, url, args = [], codes, warnings = [] } of rows) {
    test(`${fault}: ${[...codes, ...warnings].join(' and ') || 'nothing wrong'}`, async () => {
      using fake = await startWukong(behaviour);
      const answer = await ask(url(fake), args);
      assert.deepEqual([answer.codes, answer.warnings], [codes, warnings], answer.text);
      assert.ok(!answer.text.includes(TOKEN));
    });
  }

  test('a port that accepts and never answers is no refused token, whatever the address says it is', async () => {
    const hole = await listenTcp(() => undefined);
    const asked = [
      ['tcp', CONNECT],
      ['tcp', []],
      ['ws', CONNECT],
      ['http', []],
    ] as const;
    await Promise.all(
      asked.map(async ([scheme, args]) => {
        const { codes, warnings, report, text } = await ask(`${scheme}://127.0.0.1:${hole.port}`, args);
        assert.deepEqual([codes, warnings], [['remote.mute'], []], text);
        assert.ok(report.evidence.reduce((sum, one) => sum + one.ms, 0) <= 10_000, text);
      }),
    );
    await hole.close();
  });

  test('another protocol on that port is named by what it says', async () => {
    const other = await listenTcp((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'));
    const { codes, text } = await ask(`tcp://127.0.0.1:${other.port}`, CONNECT);
    assert.deepEqual(codes, ['remote.not_http'], text);
    assert.match(text, /that is SSH/);
    await other.close();
  });

  test('ws spoken to a TLS port: remote.tls_mismatch', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hufu-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        '/CN=localhost',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    );
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    try {
      const answer = await ask(`ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, CONNECT);
      assert.deepEqual(answer.codes, ['remote.tls_mismatch'], answer.text);
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
