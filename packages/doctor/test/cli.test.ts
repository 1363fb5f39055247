import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runDoctor } from '../src/cli/run.ts';

async function doctor(argv: readonly string[], given: { env?: Record<string, string>; stdin?: string } = {}) {
  let out = '';
  let err = '';
  const exit = await runDoctor(argv, {
    env: given.env ?? {},
    readStdin: async () => given.stdin ?? '',
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    interactive: false,
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
    for (const text of [out, err, readFileSync(file, 'utf8')]) assert.ok(!text.includes(secret), text);
    assert.match(readFileSync(file, 'utf8'), /‹token›/, 'the peer did send it back');
    adapter = false;
  });

  test('judges saved facts again to the same verdict, in either language', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'hufu-doctor-')), 'facts.json');
    const live = await doctor([`${origin}/onebot/v11/ws`, '--save', file, '--lang', 'zh']);
    assert.deepEqual(await doctor(['--replay', file, '--lang', 'zh']), live);
    assert.match((await doctor(['--replay', file, '--lang', 'en'])).out, /adapter is not registered/);
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
