import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { runDoctor } from '../src/cli/run.ts';
import { listenOnce } from '../src/listen/listen.ts';

const TOKEN = 'tok-secret-3';

/** Runs `doctor listen 0`, lets `come` connect to it, answers the report. */
async function listening(come: (address: string) => void, args: readonly string[] = []) {
  let out = '';
  const exit = await runDoctor(
    ['listen', '0', '--json', '--lang', 'en', '--timeout', '5', '--token-env', 'T', '--secret-env', 'S', ...args],
    {
      env: { T: TOKEN, S: 'signing-secret' },
      stdin: Readable.from([]),
      out: (text) => void (out += text),
      err: (text) => {
        const address = /ws:\/\/([\d.]+:\d+)\//.exec(text)?.[1];
        if (address !== undefined) come(address);
      },
      interactive: false,
      version: '0',
    },
  );
  assert.doesNotMatch(out, /tok-secret|signing-secret/);
  const report = JSON.parse(out) as { causes: { code: string }[]; settled: { en: string }[] };
  return { exit, codes: report.causes.map((one) => one.code), settled: report.settled.map((one) => one.en) };
}

function dial(headers: Record<string, string>, path = '/') {
  return (address: string) => {
    const ws = new WebSocket(`ws://${address}${path}`, { headers });
    ws.on('error', () => {});
    ws.once('open', () => {
      ws.send('{"post_type":"meta_event","meta_event_type":"lifecycle","sub_type":"connect","self_id":10001,"time":1}');
      setTimeout(() => ws.close(1000), 20);
    });
  };
}

const GOOD = { 'X-Self-ID': '10001', 'X-Client-Role': 'Universal', Authorization: `Bearer ${TOKEN}` };

test('a right reverse connection has nothing wrong', async () => {
  const { exit, codes, settled } = await listening(dial(GOOD));
  assert.deepEqual([exit, codes], [0, []]);
  assert.ok(
    settled.includes('the token is the given one') && settled.includes('its first frame is the lifecycle event'),
    String(settled),
  );
});

const mistakes: readonly (readonly [what: string, headers: Record<string, string>, codes: readonly string[], path?: string])[] = [
  ['no token', { 'X-Self-ID': '1', 'X-Client-Role': 'Universal' }, ['cred.missing']],
  ['an empty Bearer', { ...GOOD, Authorization: 'Bearer ' }, ['cred.malformed']],
  ['another token', { ...GOOD, Authorization: 'Bearer nope-nope' }, ['cred.mismatch']],
  ['quotes around the token', { ...GOOD, Authorization: `Bearer "${TOKEN}"` }, ['cred.near_miss']],
  ['no scheme', { ...GOOD, Authorization: TOKEN }, ['cred.malformed']],
  [
    'the token in the query only',
    { 'X-Self-ID': '1', 'X-Client-Role': 'Universal' },
    ['cred.wrong_place'],
    `/?access_token=${TOKEN}`,
  ],
  ['no bot id', { 'X-Client-Role': 'Universal', Authorization: `Bearer ${TOKEN}` }, ['remote.self_id_missing']],
  ['the role API', { ...GOOD, 'X-Client-Role': 'API' }, ['remote.role_header']],
  ['no token and no bot id', { 'X-Client-Role': 'Universal' }, ['cred.missing', 'remote.self_id_missing']],
];
for (const [what, headers, codes, path] of mistakes) {
  test(`${what}: ${codes.join(' and ')}`, async () => assert.deepEqual((await listening(dial(headers, path))).codes, codes));
}

const EVENT = '{"post_type":"message"}';
const post = (signature: string | undefined) => (address: string) =>
  void fetch(`http://${address}/`, {
    method: 'POST',
    body: EVENT,
    headers: {
      'Content-Type': 'application/json',
      'X-Self-ID': '1',
      Authorization: `Bearer ${TOKEN}`,
      ...(signature === undefined ? {} : { 'X-Signature': signature }),
    },
  }).catch(() => {});
const right = `sha1=${createHmac('sha1', 'signing-secret').update(EVENT).digest('hex')}`;

test('an event by HTTP POST: the signature is right, upper case, wrong, or absent', async () => {
  assert.deepEqual((await listening(post(right))).codes, []);
  assert.deepEqual((await listening(post(right.toUpperCase().replace('SHA1', 'sha1')))).codes, ['remote.signature_mismatch']);
  assert.deepEqual((await listening(post('sha1=00'))).codes, ['remote.signature_mismatch']);
  assert.deepEqual((await listening(post(undefined))).codes, ['remote.signature_missing']);
});

test('TLS spoken to the plain port, WuKongIM spoken to it, and rubbish are told apart', async () => {
  const tls = await listening((address) => {
    const socket = connectTls({ host: '127.0.0.1', port: Number(address.split(':')[1]) });
    socket.on('error', () => {});
  });
  assert.deepEqual(tls.codes, ['remote.tls_mismatch']);
  for (const bytes of ['1048020100056465763157000275310003746f6b0000018bcfe568000000', '00ff00ff']) {
    const raw = await listening((address) => {
      const socket = connect(Number(address.split(':')[1]), '127.0.0.1', () => socket.write(Buffer.from(bytes, 'hex')));
      socket.on('error', () => {});
    });
    assert.deepEqual(raw.codes, ['remote.not_http']);
  }
});

test('says that nothing came', async () => {
  assert.deepEqual((await listening(() => {}, ['--timeout', '1'])).codes, ['remote.nobody_came']);
});

test('somebody who connects and says nothing is no healthy connection, and does not keep the bot from being heard', async () => {
  const quiet = (address: string) => {
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
    socket.on('error', () => {});
  };
  assert.deepEqual((await listening(quiet, ['--timeout', '1'])).codes, ['remote.nobody_came']);
  const both = await listening((address) => {
    quiet(address);
    dial(GOOD)(address);
  });
  assert.deepEqual([both.exit, both.codes], [0, []]);
});

test('a connection that stays open is not said to be closed by the peer when the doctor ends it', async () => {
  const seen = await listenOnce({
    host: '127.0.0.1',
    port: 0,
    secrets: {},
    waitMs: 10_000,
    listenMs: 50,
    onListening: (address) => void new WebSocket(`ws://${address}/`, { headers: GOOD }),
  });
  const { frames } = seen;
  assert.equal(frames?.kind === 'ws' ? frames.close : 'no WebSocket', null);
});

test('a browser is told from a OneBot program', async () => {
  const { codes } = await listening((address) => {
    void fetch(`http://${address}/`, { headers: { Accept: 'text/html,application/xhtml+xml' } }).catch(() => {});
  });
  assert.deepEqual(codes, ['http.upgrade_missing']);
});

test('of two that come at once, one is explained', async () => {
  const { exit, codes } = await listening((address) => {
    dial(GOOD)(address);
    dial(GOOD)(address);
  });
  assert.deepEqual([exit, codes], [0, []]);
});
