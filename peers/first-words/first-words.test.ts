import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../lib/chromium.ts';
import { freePort, startNoneBot, stopNoneBots } from '../lib/nonebot.ts';
import { openPage, type PagePerson } from '../lib/page.ts';
import { startServer, type TestServer } from '../lib/server.ts';

describe('a person in the page and an unmodified NoneBot', { timeout: 120_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let ann: PagePerson;
  before(async () => {
    [server, browser] = await Promise.all([startServer(), launchChromium()]);
    ann = await openPage(browser, server.ready.http);
  });
  after(async () => {
    await stopNoneBots();
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

    await ann.newGroup('Crew', 'Echo');
    await ann.say('ping');
    await ann.heard((one) => one.from === botUid && one.text === 'pong');
    await ann.say('picture');
    await ann.heard((one) => one.from === botUid && one.pictures.some((width) => width > 0));
    await ann.shot('5-group');
    assert.deepEqual(ann.errors, []);
  });
});
