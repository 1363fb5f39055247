import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../lib/chromium.ts';
import { freePort } from '../lib/free-port.ts';
import { startNoneBot } from '../lib/nonebot.ts';
import { stopPrograms } from '../lib/program.ts';
import { openPage, type PagePerson } from '../lib/page.ts';
import { ADMIN_SECRET, admin, startServer, type TestServer } from '../lib/server.ts';
import { startAll } from '../lib/start-all.ts';

/** A PNG of one pixel. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('a person in the page and an unmodified NoneBot', { timeout: 120_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let ann: PagePerson;
  before(async () => {
    [server, browser] = await startAll([startServer(), launchChromium()]);
    ann = await openPage(browser, server.ready.http);
  });
  after(async () => {
    await stopPrograms();
    await browser?.close();
    await server?.close();
  });

  it('talk: new bot, its snippet, a private chat, a group, words and pictures', async () => {
    await ann.signUp('ann');
    await ann.shot('1-signed-up');
    const port = await freePort();
    const bot = await ann.newBot('Echo', `ws://127.0.0.1:${port}/onebot/v11/ws`);
    await ann.shot('2-new-bot');
    assert.deepEqual(
      bot.files.map((file) => file.path),
      ['.env', 'bot.py'],
    );
    assert.match(bot.files[0]?.content ?? '', /^ONEBOT_ACCESS_TOKEN="hfb_\w{20,}"$/m);
    assert.match(bot.steps.join(' '), /pip install[\s\S]*python bot\.py/);

    await startNoneBot(bot.files);
    await ann.dialogShows('connected');
    await ann.shot('3-connected');
    const botUid = await ann.writeToNewBot();
    await ann.say('ping');
    await ann.heard((one) => one.from === botUid && one.text === 'pong');
    await ann.say('/echo 你好');
    await ann.heard((one) => one.from === botUid && one.text === '你好');
    await ann.say('picture');
    await ann.heard((one) => one.from === botUid && one.pictures.some((width) => width > 0));
    await ann.shot('4-private');

    await ann.sendPicture({ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(DOT, 'base64') });
    await ann.heard((one) => one.from === 'ann' && one.pictures.some((width) => width > 0));

    // Words and a picture in one message, as other clients write them: the bot sends back by its id what it received.
    const form = new FormData();
    form.set('file', new Blob([Buffer.from(DOT, 'base64')], { type: 'image/png' }), 'dot.png');
    const headers = { Authorization: `Bearer ${ADMIN_SECRET}` };
    const upload = await fetch(`${server.ready.http}/api/v1/files`, { method: 'POST', headers, body: form });
    const parts = [{ ...((await upload.json()) as object), type: 2, offset: 6 }];
    const payload = Buffer.from(JSON.stringify({ type: 1, content: '/echo two', parts })).toString('base64');
    await admin(server, '/message/send', { from_uid: 'ann', channel_id: botUid, channel_type: 1, payload });
    await ann.heard((one) => one.from === botUid && one.text.includes('two') && one.pictures.some((width) => width > 0));

    await ann.newGroup('Crew', 'Echo');
    await ann.say('ping');
    await ann.heard((one) => one.from === botUid && one.text === 'pong');
    await ann.say('picture');
    await ann.heard((one) => one.from === botUid && one.pictures.some((width) => width > 0));
    await ann.shot('5-group');
    assert.deepEqual(ann.errors, []);
  });
});
