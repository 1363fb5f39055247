import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { startAiocqhttp } from '../lib/aiocqhttp.ts';
import { launchChromium } from '../lib/chromium.ts';
import { startKoishi } from '../lib/koishi.ts';
import { freePort } from '../lib/free-port.ts';
import { openPage, type PagePerson } from '../lib/page.ts';
import { stopPrograms } from '../lib/program.ts';
import { startServer, type TestServer } from '../lib/server.ts';
import { startAll } from '../lib/start-all.ts';

const peer = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

/** A plugin that sends without waiting for the outcome, and says how that went. */
const LATER = `module.exports.name = 'later';
module.exports.apply = (ctx) => ctx.on('message', async (session) => {
  if (session.content !== 'later') return;
  const went = await session.bot.internal.sendPrivateMsgAsync(session.userId, 'sent later').then(() => 'went on', (error) => 'threw ' + error);
  await session.send(went);
});
`;

describe('what the page shows for Koishi and aiocqhttp, pasted as it is', { timeout: 180_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let ann: PagePerson;
  before(async () => {
    [server, browser] = await startAll([startServer(), launchChromium()]);
    ann = await openPage(browser, server.ready.http);
    await ann.signUp('ann');
  });
  after(async () => {
    await stopPrograms();
    await browser?.close();
    await server?.close();
  });

  it('brings an unmodified Koishi online; it answers in private and in a group, and is back after a restart', async () => {
    const port = await freePort();
    const bot = await ann.newBot('Koi', `ws://127.0.0.1:${port}/onebot`, 'koishi');
    assert.deepEqual(
      bot.files.map((file) => file.path),
      ['koishi.yml'],
    );
    const { dependencies } = JSON.parse(peer('koishi/package.json')) as { dependencies: Record<string, string> };
    for (const [name, version] of Object.entries(dependencies))
      assert.ok(bot.steps.join(' ').includes(`${name}@${version}`), name);

    const koishi = await startKoishi(bot.files);
    await ann.dialogShows('connected');
    const uid = await ann.writeToNewBot();
    await ann.say('echo 你好');
    await ann.heard((one) => one.from === uid && one.text === '你好');
    await ann.newGroup('Pond', 'Koi');
    await ann.say('echo hello everybody');
    await ann.heard((one) => one.from === uid && one.text === 'hello everybody');

    await koishi.stop();
    await startKoishi(bot.files);
    await ann.say('echo again');
    await ann.heard((one) => one.from === uid && one.text === 'again', 60_000);
  });

  it('an asynchronous call of an unmodified Koishi does not throw', async () => {
    const bot = await ann.newBot('Later', `ws://127.0.0.1:${await freePort()}/onebot`, 'koishi');
    const [config] = bot.files;
    assert.ok(config !== undefined);
    const koishi = await startKoishi([
      { path: config.path, content: `${config.content}  ./later: {}\n` },
      { path: 'later.js', content: LATER },
    ]);
    await ann.dialogShows('connected');
    const uid = await ann.writeToNewBot();
    await ann.say('later');
    const said = await ann.heard((one) => one.from === uid && /^(went on|threw)/.test(one.text));
    assert.equal(said.text, 'went on', koishi.output());
    await ann.heard((one) => one.from === uid && one.text === 'sent later');
    await koishi.stop();
  });

  it('brings an unmodified aiocqhttp online; it answers in private and in a group, and is back after a restart', async () => {
    const port = await freePort();
    const bot = await ann.newBot('Aio', `ws://127.0.0.1:${port}/ws`, 'aiocqhttp');
    assert.deepEqual(
      bot.files.map((file) => file.path),
      ['bot.py'],
    );
    const [pinned = ''] = peer('aiocqhttp/requirements.txt').split('\n');
    assert.ok(bot.steps.join(' ').includes(`pip install ${pinned}`));

    const program = await startAiocqhttp(bot.files);
    await ann.dialogShows('connected');
    const uid = await ann.writeToNewBot();
    await ann.say('ping');
    await ann.heard((one) => one.from === uid && one.text === 'pong');
    await ann.newGroup('Court', 'Aio');
    await ann.say('ping');
    await ann.heard((one) => one.from === uid && one.text === 'pong');

    await program.stop();
    await startAiocqhttp(bot.files);
    await ann.say('ping');
    await ann.heard((one) => one.from === uid && one.text === 'pong' && one.seq > 2, 60_000);
    assert.deepEqual(ann.errors, []);
  });

  it('names a mistake in what was pasted: another token, another number, another path', async () => {
    for (const [framework, path, start, edit, code] of [
      ['aiocqhttp', '/ws', startAiocqhttp, [/hfb_\w+/, 'another-token'], 'remote.token_mismatch'],
      ['koishi', '/onebot', startKoishi, [/selfId: '\d+'/, "selfId: '12345'"], 'remote.self_id_unknown'],
      ['koishi', '/onebot', startKoishi, ['path: /onebot', 'path: /another'], 'remote.koishi_no_adapter'],
    ] as const) {
      const port = await freePort();
      const bot = await ann.newBot(`Mistaken ${code}`, `ws://127.0.0.1:${port}${path}`, framework);
      const program = await start(bot.files.map((file) => ({ ...file, content: file.content.replace(edit[0], edit[1]) })));
      await ann.card(code);
      await ann.closeDialog();
      await program.stop();
    }
  });
});
