import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { dialForward, type Framework, openFramework } from './support/bots.ts';
import { handshakeText } from './cases/bots.ts';
import { call, type HttpAnswer, raw } from './support/http.ts';
import { openRpc } from './support/rpc.ts';
import { eventually, freshAddress } from './support/server.ts';
import { connectBytes, openSession, openTap } from './support/wk.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const RUN = ['--disable-warning=ExperimentalWarning', MAIN];

/** Chosen by people. The ones that the server makes itself are added as they are made. */
const SECRETS: Record<string, string> = {
  'admin secret': 'CANARY-admin-4f1c',
  'device token': 'CANARY-device-9b02',
  'forward token': 'CANARY-forward-77aa',
  'reverse token': 'CANARY-reverse-31de',
  'custom token': 'CANARY-custom-5e5e',
  password: 'CANARY-password-c0de',
  'token in an address': 'CANARY-address-2468',
  'key in an address': 'CANARY-gateway-1357',
  // Nothing opens with it, and still it may be a secret of another place.
  guess: 'CANARY-guess-1234',
};
const secret = (name: string) => SECRETS[name] ?? '';

let child: ChildProcess;
let framework: Framework;
/** Refuses every handshake, so that the doctor is asked. */
const closedDoor = createServer((_, response) => response.writeHead(403).end()).on('upgrade', (_, socket) =>
  socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
);
let dataDir: string;
let at: Record<'http' | 'tcp' | 'ws' | 'onebotHttp' | 'onebotWs', string>;
let output = '';
/** All that came back over any wire, but the answers that hand a new secret out. */
const wires: string[] = [];

before(async () => {
  framework = await openFramework();
  await new Promise<void>((resolve) => closedDoor.listen(0, '127.0.0.1', resolve));
  const query = `?access_token=${secret('token in an address')}&k=${secret('key in an address')}`;
  const closed = `ws://127.0.0.1:${(closedDoor.address() as AddressInfo).port}/onebot/v11/ws${query}`;
  dataDir = mkdtempSync(join(tmpdir(), 'hufu-canary-'));
  const config = join(mkdtempSync(join(tmpdir(), 'hufu-canary-conf-')), 'hufu.yaml');
  const any = '127.0.0.1:0';
  writeFileSync(
    config,
    `listen: {http: "${any}", tcp: "${any}", ws: "${any}", onebotHttp: "${any}", onebotWs: "${any}"}
bots:
  - uid: "20001"
    clients:
      - {name: f, kind: forward, token: ${secret('forward token')}}
      - {name: r, kind: reverse, url: "${framework.url}${query}", token: ${secret('reverse token')}}
      - {name: refused, kind: reverse, url: "${closed}", token: ${secret('reverse token')}}
      - {name: away, kind: reverse, url: "ws://127.0.0.1:1/onebot${query}", token: ${secret('reverse token')}}
`,
  );
  const env = { HUFU_READY: 'json', HUFU_DATA_DIR: dataDir, HUFU_CONFIG: config, HUFU_LOG_LEVEL: 'debug' };
  child = spawn(process.execPath, [...RUN, 'serve'], {
    env: { ...process.env, ...env, HUFU_ADMIN_SECRET: secret('admin secret') },
  });
  const keep = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ready = await eventuallyReady();
  const bare = (name: string) => String(ready[name]).replace(/^\w+:\/\//, '');
  at = { http: bare('http'), tcp: bare('tcp'), ws: bare('ws'), onebotHttp: bare('onebotHttp'), onebotWs: bare('onebotWs') };
});

after(() => {
  child.kill('SIGKILL');
  framework.close();
  closedDoor.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function eventuallyReady(): Promise<Record<string, unknown>> {
  for (let one = 0; one < 6; one += 1) {
    const line = await eventually('the ready line', () => /^\{"event":"ready".*\}$/m.exec(output)?.[0]).catch(() => null);
    if (line !== null) return JSON.parse(line) as Record<string, unknown>;
  }
  throw new Error(`not ready: ${output}`);
}

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Over HTTP, from an address of its own so that each refusal is stored. */
async function ask({ method = 'GET', path, headers = {}, body }: Ask): Promise<HttpAnswer> {
  const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const answer = await call({
    to: at.http,
    from: freshAddress(),
    method,
    path,
    headers: { ...json, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return answer;
}

async function told(one: Ask): Promise<HttpAnswer> {
  const answer = await ask(one);
  wires.push(`${JSON.stringify(answer.headers)} ${answer.text}`);
  return answer;
}

const admin = () => ({ token: secret('admin secret') });
const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = admin()): Ask => ({
  method: 'POST',
  path,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

test('the right way round: accounts, logins, bots and connections that work', async () => {
  await told(post('/user/token', { uid: 'alice', token: secret('device token'), device_flag: 1, device_level: 0 }));
  await told(post('/api/v1/users', { uid: 'alice', name: 'Alice', password: secret('password') }));
  const login = await ask(post('/api/v1/auth/login', { uid: 'alice', password: secret('password') }, {}));
  const operator = await ask(post('/api/v1/auth/operator', { secret: secret('admin secret') }, {}));
  SECRETS['session of alice'] = String(login.json['token']);
  SECRETS['session of the operator'] = String(operator.json['token']);
  const made = await ask(
    post('/api/v1/bots', { name: 'Bot', framework: 'nonebot', url: framework.url }, bearer('session of alice')),
  );
  SECRETS['bot token'] = String(made.json['token']);
  const { id } = made.json['client'] as { id: string };
  const { uid } = made.json['bot'] as { uid: string };
  const client = `/api/v1/bots/${uid}/clients/${id}`;
  await told({ ...post(client, { token: secret('custom token') }, bearer('session of alice')), method: 'PATCH' });
  const rotated = await ask({ ...post(client, { rotate: true }, bearer('session of alice')), method: 'PATCH' });
  SECRETS['rotated token'] = String(rotated.json['token']);
  for (const path of ['/api/v1/bots', '/api/v1/me', '/api/v1/contacts', '/api/v1/conversations'])
    await told({ path, headers: bearer('session of alice') });

  for (const kind of ['tcp', 'ws'] as const) {
    const session = await openSession(await openTap(kind, at[kind], freshAddress()), {
      uid: 'alice',
      token: secret('device token'),
      deviceId: kind,
    });
    session.tap.close();
    wires.push(session.tap.received().toString('latin1'));
    const rpc = await openRpc(kind, at[kind], freshAddress());
    await rpc.call('connect', { uid: 'alice', token: secret('session of alice'), deviceFlag: 1, deviceId: `rpc ${kind}` });
    rpc.close();
    wires.push(...rpc.texts());
  }
  const bot = await dialForward(at.onebotWs, secret('forward token'), freshAddress());
  for (const action of ['get_status', 'get_version_info', 'get_login_info']) wires.push(await bot.call(action, {}));
  bot.close();
  const dialled = await framework.next();
  wires.push(await dialled.call('get_status', {}), await dialled.call('no_such_action', {}), ...dialled.texts());
  for (const value of Object.values(SECRETS)) assert.ok(value.length > 10 && value !== 'undefined');
});

const bearer = (name: string) => ({ Authorization: `Bearer ${secret(name)}` });

test('every secret in every wrong place', async () => {
  for (const value of Object.values(SECRETS)) {
    await Promise.all([wrongOverHttp(value), wrongOverChat(value), wrongOverOnebot(value)]);
  }
});

async function wrongOverHttp(value: string): Promise<void> {
  const quoted = encodeURIComponent(value);
  const headers: Readonly<Record<string, string>>[] = [
    { token: `"${value}"` },
    { token: `${value} x` },
    { Authorization: value },
    { Authorization: `Digest ${value}` },
    { Authorization: `${value} ${value}` },
    { Authorization: `Basic ${Buffer.from(value).toString('base64')}` },
    { Authorization: `Bearer Bearer ${value}` },
    { token: value, Authorization: 'Bearer other' },
    { Cookie: `token=${value}` },
  ];
  for (const one of headers) {
    await told({ path: '/api/v1/conversations', headers: one });
    await told({ ...post('/channel', {}), headers: one });
  }
  for (const path of [
    `/api/v1/me?token=${quoted}`,
    `/nothing?access_token=${quoted}`,
    `/route?token=${quoted}&uid=x`,
    `/%zz?token=${quoted}`,
  ])
    await told({ path });
  // An address is kept; what this server knows or has made itself is masked there.
  if (
    !['device token', 'password', 'guess', 'custom token', 'token in an address', 'key in an address'].includes(nameOf(value))
  ) {
    await told({ path: `/nothing/${quoted}` });
    await told({ path: `/onebot/v11/${quoted}` });
    await told({ path: `/api/v1/users/${quoted}`, headers: admin() });
  }
  for (const body of [
    `{"token":"${value}"`,
    `{"uid":7,"token":"${value}"}`,
    `{"uid":"a@b","token":"${value}"}`,
    `"${value}"`,
    `["${value}"]`,
  ]) {
    await told(post('/user/token', body));
    await told(post('/api/v1/auth/login', body, {}));
    await told(post('/api/v1/users', body));
  }
  await told(post('/api/v1/auth/login', { uid: 'alice', password: `${value}!` }, {}));
  await told(post('/api/v1/auth/operator', { secret: `${value}!` }, {}));
  await told(
    post('/api/v1/bots', { name: 'B', framework: 'nonebot', url: `ws://u:${value}@127.0.0.1/` }, bearer('session of alice')),
  );
  await told({ ...post('/api/v1/users', `{"password":"${value}`), headers: { ...admin(), 'Content-Type': 'text/plain' } });
  const lines = [
    `GET /api/v1/me?token=${value} HTTP/1.1`,
    'Host: rebound.example',
    `Authorization: Bearer ${value}`,
    'Connection: close',
  ];
  wires.push((await raw(at.http, `${lines.join('\r\n')}\r\n\r\n`, freshAddress())).toString());
  wires.push((await raw(at.http, `${value} is no HTTP\r\n\r\n`, freshAddress())).toString());
}

async function wrongOverChat(value: string): Promise<void> {
  const claims = [
    { uid: 'nobody', token: value },
    { uid: 'alice', token: `"${value}"` },
    { uid: 'alice', token: `${value}\n`, deviceFlag: 0 },
    { uid: '____system', token: value },
    { uid: 'a@b', token: value },
  ];
  for (const kind of ['tcp', 'ws'] as const) {
    for (const claim of claims) {
      const tap = await openTap(kind, at[kind], freshAddress());
      tap.write(connectBytes(claim));
      const closed = await tap.closed;
      wires.push(`${tap.received().toString('latin1')} ${closed.reason}`);
    }
    const cut = await openTap(kind, at[kind], freshAddress());
    const whole = connectBytes({ uid: 'alice', token: value });
    whole[1] = 60;
    cut.write(whole.subarray(0, 62));
    const { reason } = await cut.closed;
    wires.push(`${cut.received().toString('latin1')} ${reason}`);
    const broken = [
      `{"jsonrpc":"2.0","id":"1","method":"connect","params":{"uid":"nobody","token":"${value}"}}`,
      `{"jsonrpc":"2.0","id":"1","method":"connect","params":{"uid":7,"token":"${value}"}}`,
      `{"jsonrpc":"2.0","id":"1","method":"connect","params":{"uid":"x","token":{"x":"${value}"}}}`,
      `{"jsonrpc":"2.0","id":"1","method":"send","params":{"token":"${value}"}}`,
    ];
    for (const text of kind === 'ws' ? [...broken, `{"token":"${value}"`] : broken) {
      const rpc = await openRpc(kind, at[kind], freshAddress());
      rpc.write(text);
      const closed = await rpc.closed;
      wires.push(`${rpc.texts().join(' ')} ${closed.reason}`);
    }
  }
}

async function wrongOverOnebot(value: string): Promise<void> {
  for (const line of [`Bearer "${value}"`, `Bearer Bearer ${value}`, `Digest ${value}`, `${value} ${value}`])
    wires.push(
      (await raw(at.onebotWs, handshakeText({ lines: [`Authorization: ${line}`] }, at.onebotWs, '/'), freshAddress())).toString(),
    );
  for (const query of [`?access_token=${encodeURIComponent(`"${value}"`)}`, `?access_token=${value}&x=1`]) {
    const socket = new WebSocket(`ws://${at.onebotHttp}/nothing${query}`, {
      localAddress: freshAddress(),
      headers: { Authorization: 'Bearer other' },
    });
    await new Promise<void>((resolve) => {
      socket.on('error', () => resolve());
      socket.on('message', (data: Buffer) => wires.push(data.toString()));
      socket.once('close', () => resolve());
    });
  }
  const bot = await dialForward(at.onebotWs, secret('forward token'), freshAddress());
  wires.push(await bot.call('send_msg', { access_token: value, message: '' }));
  bot.close();
}

const nameOf = (value: string) => Object.entries(SECRETS).find(([, one]) => one === value)?.[0] ?? '';

/** As it is, and as it would look after the usual ways of writing bytes down. */
function looksOf(value: string): readonly Buffer[] {
  const bytes = Buffer.from(value);
  const texts = [
    value,
    value.toLowerCase(),
    value.toUpperCase(),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    encodeURIComponent(value),
  ];
  return [...new Set(texts)].map((text) => Buffer.from(text)).concat(Buffer.from(value, 'utf16le'));
}

function assertClean(where: string, bytes: Buffer): void {
  for (const [name, value] of Object.entries(SECRETS))
    for (const look of looksOf(value)) {
      const found = bytes.indexOf(look);
      assert.ok(
        found < 0,
        `the ${name} is in ${where}: …${bytes.subarray(Math.max(0, found - 80), found + 20).toString('latin1')}`,
      );
    }
}

test('no wire answers with a secret', () => {
  assert.ok(wires.length > 300);
  for (const text of wires) assertClean('an answer', Buffer.from(text));
});

test('no explanation shows a secret, over HTTP and in the terminal', async () => {
  const list = await ask({ path: '/api/v1/refusals', headers: admin() });
  const rows = (list.json['refusals'] as { requestId: string }[]).map((row) => row.requestId);
  assert.ok(rows.length > 100);
  assertClean('the list of refusals', Buffer.from(list.text));
  for (const id of rows)
    assertClean(
      'an explanation',
      Buffer.from((await ask({ path: `/api/v1/requests/${id}/explanation`, headers: admin() })).text),
    );
  for (const lang of ['zh', 'en']) {
    const done = spawnSync(process.execPath, [...RUN, 'explain', rows[0] ?? '', '--data-dir', dataDir, '--lang', lang]);
    assert.equal(done.status, 0, done.stderr.toString());
    assertClean('hufu explain', Buffer.concat([done.stdout, done.stderr]));
  }
});

test('neither log nor data folder holds a secret, while it runs and after it has ended', async () => {
  assertFilesClean();
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  assertFilesClean();
  assert.ok(output.length > 500, 'something was logged');
  assertClean('stdout and stderr', Buffer.from(output));
});

/** Hashes and sealed values are there; the keys to them stand apart. */
function assertFilesClean(): void {
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const names = files.map((one) => one.name);
  for (const name of ['hufu.db', 'decisions.db']) assert.ok(names.includes(name), names.join(' '));
  for (const { name, parentPath } of files) assertClean(name, readFileSync(join(parentPath, name)));
}
