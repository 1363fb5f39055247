import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { freePort, startNoneBot, stopNoneBots } from '../lib/nonebot.ts';
import { newPerson } from '../lib/person.ts';
import { call, startServer, type TestServer, until } from '../lib/server.ts';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const MAIN = new URL('../../packages/server/src/main.ts', import.meta.url).pathname;

describe('an unmodified NoneBot, started from the snippet of the page', { timeout: 240_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(async () => {
    await stopNoneBots();
    await server.close();
  });

  it('answers in the private chat and in a group, text and an image, and hears what it missed', async () => {
    const ann = await newPerson(server, 'ann');
    const port = await freePort();
    const bot = await ann.newBot('Echo', `ws://127.0.0.1:${port}/onebot/v11/ws`);
    let nonebot = await startNoneBot(bot.files);
    await ann.connected(bot);

    await ann.say(bot.uid, 1, { type: 1, content: 'ping' });
    await ann.heard(bot.uid, 1, bot.uid, (payload) => payload.content === 'pong');

    const group = await ann.ask('/api/v1/groups', { name: 'ops', members: [bot.uid] });
    const groupId = String(group.body.channelId);
    await ann.say(groupId, 2, { type: 1, content: 'ping' });
    await ann.heard(groupId, 2, bot.uid, (payload) => payload.content === 'pong');

    const form = new FormData();
    form.set('file', new Blob([Buffer.from(PNG, 'base64')], { type: 'image/png' }), 'dot.png');
    const upload = await fetch(`${server.ready.http}/api/v1/files`, { method: 'POST', headers: ann.headers, body: form });
    const image = (await upload.json()) as { url: string; width: number; height: number };
    assert.equal(image.width, 1);
    await ann.say(bot.uid, 1, {
      type: 1,
      content: '/echo ',
      parts: [{ ...image, type: 2, offset: 6 }],
    });
    const echoed = await ann
      .heard(bot.uid, 1, bot.uid, (payload) => JSON.stringify(payload).includes('/files/'))
      .catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${JSON.stringify(await ann.messages(bot.uid, 1))}\n${nonebot.output()}`);
      });
    const path = /\/files\/[\w-]+/.exec(JSON.stringify(echoed.payload))?.[0] ?? '';
    const file = await fetch(`${server.ready.http}${path}`);
    assert.equal(file.headers.get('content-type'), 'image/png');

    await nonebot.stop();
    for (let index = 0; index < 5; index += 1) await ann.say(bot.uid, 1, { type: 1, content: `missed ${index}` });
    await ann.say(bot.uid, 1, { type: 1, content: 'ping' });
    nonebot = await startNoneBot(bot.files);
    await call(server, `/api/v1/bots/${bot.uid}/clients/${bot.clientId}/retry`, ann.headers, {});
    await until('the missed messages', () => /missed 4/.test(nonebot.output()), 60_000);
    assert.deepEqual(
      [...nonebot.output().matchAll(/missed (\d)/g)]
        .map((match) => match[1])
        .filter((one, index, all) => all.indexOf(one) === index),
      ['0', '1', '2', '3', '4'],
    );

    await server.kill('SIGKILL');
    server = await server.again();
    ann.moveTo(server);
    await ann.connected(bot);
    await ann.say(bot.uid, 1, { type: 1, content: 'ping' });
    await until(
      'the answer after the restart',
      async () => (await ann.messages(bot.uid, 1)).filter((one) => one.payload.content === 'pong').length >= 2,
    );
    await nonebot.stop();
  });

  it('three mistakes show their own cause to the owner and to the operator', async () => {
    const bea = await newPerson(server, 'bea');
    const explain = (requestId: string) =>
      execFileSync(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', MAIN, 'explain', requestId, '--data-dir', server.dataDir, '--lang', 'en'],
        { encoding: 'utf8' },
      );

    const port = await freePort();
    const bot = await bea.newBot('Wrong', `ws://127.0.0.1:${port}/onebot/v11/ws`);
    const wrongToken = bot.files.map((file) => ({ ...file, content: file.content.replace(bot.token, 'another-token') }));
    let nonebot = await startNoneBot(wrongToken);
    const token = await bea.refusal(bot, 'remote.token_mismatch');
    assert.match(explain(token.requestId), /The tokens of both ends differ[\s\S]*ONEBOT_ACCESS_TOKEN/);

    await call(
      server,
      `/api/v1/bots/${bot.uid}/clients/${bot.clientId}`,
      bea.headers,
      { url: `ws://127.0.0.1:${port}/onebot/v11` },
      'PATCH',
    );
    const path = await bea.refusal(bot, 'remote.path_wrong');
    assert.match(explain(path.requestId), /The path is wrong[\s\S]*\/onebot\/v11\/ws/);
    await nonebot.stop();

    await call(
      server,
      `/api/v1/bots/${bot.uid}/clients/${bot.clientId}`,
      bea.headers,
      { url: `ws://127.0.0.1:${port}/onebot/v11/ws` },
      'PATCH',
    );
    nonebot = await startNoneBot(
      bot.files.map((file) => ({ ...file, content: file.content.replace(/^nonebot.get_driver\(\).*$/m, '') })),
    );
    await call(server, `/api/v1/bots/${bot.uid}/clients/${bot.clientId}/retry`, bea.headers, {});
    const adapter = await bea.refusal(bot, 'remote.adapter_unregistered');
    assert.match(explain(adapter.requestId), /adapter is not registered[\s\S]*register_adapter/);
    const own = await bea.ask(`/api/v1/requests/${adapter.requestId}/explanation`);
    assert.equal(own.body.code, 'remote.adapter_unregistered');
    await nonebot.stop();

    const stranger = await newPerson(server, 'carol');
    const foreign = await stranger.ask(`/api/v1/requests/${adapter.requestId}/explanation`);
    assert.equal(foreign.status, 404);
  });
});
