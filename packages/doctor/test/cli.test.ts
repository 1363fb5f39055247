import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { runDoctor } from '../src/cli/run.ts';

/** What `--save` writes, to be damaged. */
interface Saved {
  question: { url: string; target: string };
  seen: Record<string, Record<string, unknown>>;
}

async function doctor(argv: readonly string[], given: { env?: Record<string, string>; stdin?: string; interactive?: true } = {}) {
  let out = '';
  let err = '';
  const exit = await runDoctor(argv, {
    env: given.env ?? {},
    stdin: Readable.from([Buffer.from(given.stdin ?? '')]),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    interactive: given.interactive === true,
    version: '0.0.0',
  });
  return { exit, out, err };
}

describe('the command', () => {
  let server: Server;
  let origin = '';
  let adapter = false;
  const seen: { path: string; token: string | undefined }[] = [];
  before(async () => {
    server = createServer((request, response) => {
      seen.push({ path: request.url ?? '', token: request.headers.authorization });
      if (adapter && request.url === '/onebot/v11/') response.writeHead(405, { Server: 'uvicorn', Allow: 'POST' }).end();
      else response.writeHead(404, { Server: 'uvicorn' }).end('{"detail":"Not Found"}');
    });
    server.on('upgrade', (request, socket) => {
      seen.push({ path: request.url ?? '', token: request.headers.authorization });
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Length: ${String(request.headers.authorization ?? '').length}\r\n\r\n${request.headers.authorization ?? ''}`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    origin = `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
  after(() => server.close());

  test('sends no credential unless it is asked to act', async () => {
    seen.length = 0;
    const { exit, out } = await doctor([`${origin}/onebot/v11/ws`, '--token-env', 'T', '--lang', 'en'], {
      env: { T: 'tok-secret-1' },
    });
    assert.equal(exit, 1);
    assert.match(out, /remote\.adapter_unregistered \(certain\)/);
    assert.ok(seen.length > 0 && seen.length <= 20);
    assert.deepEqual(
      seen.filter((one) => one.token !== undefined),
      [],
    );
  });

  test('never prints a secret, not even one that the peer sends back', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'hufu-doctor-')), 'facts.json');
    const secret = 'tok-secret-2';
    adapter = true;
    const { out, err } = await doctor(
      [`${origin}/onebot/v11/ws?access_token=${secret}`, '--active', '--token-stdin', '--json', '--save', file],
      { stdin: `${secret}\n` },
    );
    const watched = await doctor([`${origin}/onebot/v11/ws`, '--active', '--token-stdin'], { stdin: secret, interactive: true });
    assert.match(watched.err, /waiting for/);
    for (const text of [out, err, readFileSync(file, 'utf8'), watched.out, watched.err]) assert.ok(!text.includes(secret), text);
    assert.match(readFileSync(file, 'utf8'), /‹token›/, 'the peer did send it back');
    adapter = false;
  });

  test('judges saved facts again to the same verdict, in either language', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'hufu-doctor-')), 'facts.json');
    const live = await doctor([`${origin}/onebot/v11/ws`, '--save', file, '--lang', 'zh']);
    assert.deepEqual(await doctor(['--replay', file, '--lang', 'zh']), live);
    assert.match((await doctor(['--replay', file, '--lang', 'en'])).out, /adapter is not registered/);
  });

  test('a saved file that is damaged, of another version, hostile or huge is refused, never a fault of the doctor', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hufu-doctor-'));
    const file = join(folder, 'facts.json');
    await doctor([`${origin}/onebot/v11/ws`, '--save', file]);
    const right = readFileSync(file, 'utf8');
    const broken: readonly ((facts: Saved) => unknown)[] = [
      (facts) => ({ ...facts, schema: 'hufu.doctor/9' }),
      (facts) => ({ ...facts, seen: [] }),
      (facts) => ({ ...facts, question: { ...facts.question, url: 'not an address' } }),
      (facts) => ({ ...facts, question: { ...facts.question, target: '__proto__' } }),
      (facts) => ({ ...facts, question: { ...facts.question, given: { selfId: { a: 1 } } } }),
      // Every member of every fact in turn is something else.
      ...Object.entries((JSON.parse(right) as Saved).seen).flatMap(([id, seen]) =>
        Object.keys(seen).map((member) => (facts: Saved) => ({
          ...facts,
          seen: { ...facts.seen, [id]: { ...facts.seen[id], [member]: { a: { b: 1 } } } },
        })),
      ),
    ];
    const texts = [
      '',
      '[',
      '['.repeat(200_000),
      right.slice(0, -20),
      `${right}${' '.repeat(5 * 1024 * 1024)}`,
      ...broken.map((change) => JSON.stringify(change(JSON.parse(right) as Saved))),
    ];
    assert.ok(texts.length > 40);
    for (const text of texts) {
      writeFileSync(file, text);
      const { exit, err } = await doctor(['--replay', file]);
      assert.equal(exit, 4, `${text.slice(0, 200)}\n${err}`);
    }
    assert.equal((await doctor(['--replay', '/dev/zero'])).exit, 4);
  });

  test('secrets that stand in a saved file are not printed', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'hufu-doctor-')), 'facts.json');
    await doctor([`${origin}/onebot/v11/ws`, '--save', file]);
    const facts = JSON.parse(readFileSync(file, 'utf8')) as Saved;
    facts.question.url = 'ws://ann:canary-one@127.0.0.1/onebot/v11/ws?access_token=canary-two';
    Object.assign(facts.seen['H1'] ?? {}, {
      body: 'Authorization: Bearer canary-three {"password":"canary-four"}',
      headers: { server: 'Basic canary-five' },
    });
    writeFileSync(file, JSON.stringify(facts));
    for (const how of [['--json'], ['--lang', 'zh']]) {
      const { out, exit } = await doctor(['--replay', file, ...how]);
      assert.equal(exit, 1);
      assert.doesNotMatch(out, /canary/);
    }
  });

  test('a log is kept by --save and judged again like anything else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hufu-doctor-'));
    const [log, file] = [join(folder, 'log'), join(folder, 'facts.json')];
    writeFileSync(log, 'OneBot V11 | Missing Authorization Header\n');
    const first = await doctor(['--log', log, '--save', file]);
    assert.deepEqual([first.exit, await doctor(['--replay', file])], [1, first]);
  });

  test('a place where --save cannot write does not take the verdict away', async () => {
    const { exit, out, err } = await doctor([`${origin}/onebot/v11/ws`, '--save', '/nonexistent/facts.json']);
    assert.equal(exit, 4);
    assert.match(out, /adapter is not registered/);
    assert.match(err, /\/nonexistent\/facts\.json cannot be written: there is no such file or folder/);
  });

  test('an address without a scheme is shown with one, in the language asked for, without its token', async () => {
    const asked = '127.0.0.1:8080/onebot/v11/ws?access_token=canary-six';
    const zh = await doctor([asked, '--lang', 'zh']);
    assert.deepEqual([zh.exit, zh.out], [4, '']);
    assert.match(zh.err, /^地址缺少协议：写成 ws:\/\/127\.0\.0\.1:8080\/onebot\/v11\/ws\?access_token=hidden/);
    assert.match((await doctor(['localhost:8080'])).err, /write ws:\/\/localhost:8080/);
  });

  test('a proxy in the environment does not bend the way of the doctor, and is told', async () => {
    const through = async (env: Record<string, string>) => {
      const { exit, out } = await doctor([`${origin}/onebot/v11/ws`, '--lang', 'en'], { env });
      assert.equal(exit, 1);
      return /a proxy is set in the environment/.test(out);
    };
    const proxy = 'http://ann:canary-seven@127.0.0.1:9';
    assert.equal(await through({ http_proxy: proxy }), true);
    assert.equal(await through({ ALL_PROXY: proxy }), true);
    assert.equal(await through({ https_proxy: proxy }), false);
    assert.equal(await through({ HTTP_PROXY: proxy, NO_PROXY: 'example.com, 127.0.0.1' }), false);
    assert.equal(await through({}), false);
  });

  test('an empty LC_ALL does not hide the language of LANG', async () => {
    const { out } = await doctor([`${origin}/onebot/v11/ws`], { env: { LC_ALL: '', LANG: 'zh_CN.UTF-8' } });
    assert.match(out, /\p{Script=Han}/u);
  });

  test('says what is wrong with its own use, with exit code 4', async () => {
    for (const argv of [
      [],
      ['not an address'],
      ['--kind', 'nothing', origin],
      [origin, '--token-env', 'UNSET_NAME'],
      [origin, '--saw', 'x'],
      ['--replay', '/nonexistent'],
      ['--log', '/nonexistent'],
      ['--log', tmpdir()],
      ['--log', '-', '--replay', '-'],
      [origin, '--log', '-'],
      ['listen', String(new URL(origin.replace('ws', 'http')).port)],
      ['listen', '0', '--host', '192.0.2.1'],
    ]) {
      const { exit, err } = await doctor(argv);
      assert.equal(exit, 4, argv.join(' '));
      assert.ok(err.length > 10, argv.join(' '));
    }
  });

  test('says that nothing listens, with exit code 3', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const address = free.address();
    await new Promise((resolve) => free.close(resolve));
    const { exit, out } = await doctor([
      `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`,
      '--json',
    ]);
    assert.equal(exit, 3);
    assert.equal(JSON.parse(out).causes[0].code, 'remote.refused');
  });
});
