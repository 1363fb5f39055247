import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../lib/chromium.ts';
import { freePort } from '../lib/free-port.ts';
import { type LoggedEvent, readEvents, startLoggedNoneBot } from '../lib/nonebot.ts';
import { type Program, stopPrograms } from '../lib/program.ts';
import { type BotInPage, openPage, type PagePerson } from '../lib/page.ts';
import { admin, startServer, type TestServer, until } from '../lib/server.ts';
import { startAll } from '../lib/start-all.ts';
import { type SteadySender, steadySender } from '../lib/steady-sender.ts';

const PER_SECOND = 200;
const GROUP = 2;

describe('kill -9 of the server under 200 messages a second', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-crash-'));
  const logFile = join(folder, 'events.jsonl');
  let server: TestServer;
  let browser: Browser;
  let ann: PagePerson;
  let bot: BotInPage;
  let nonebot: Program;
  let groupId: string;
  let ben: SteadySender;

  before(async () => {
    [server, browser] = await startAll([startServer(), launchChromium()]);
    ann = await openPage(browser, server.ready.http);
    await ann.signUp('ann');
    bot = await ann.newBot('Echo', `ws://127.0.0.1:${await freePort()}/onebot/v11/ws`);
    nonebot = await startLoggedNoneBot(bot.files, logFile);
    await ann.dialogShows('connected');
    await ann.closeDialog();
    groupId = await ann.newGroup('Crew', 'Echo');
    await admin(server, '/user/token', { uid: 'ben', token: 'token-of-ben', device_flag: 0, device_level: 1 });
    await admin(server, '/channel/subscriber_add', { channel_id: groupId, channel_type: GROUP, subscribers: ['ben'] });
    ben = steadySender({ uid: 'ben', token: 'token-of-ben', channelId: groupId, channelType: GROUP });
    await ben.connect(server.ready.tcp);
  });
  after(async () => {
    await stopPrograms();
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function killAndStart(): Promise<void> {
    await server.kill('SIGKILL');
    ben.drop();
    server = await server.again();
  }

  it('the page and NoneBot are back by themselves; what was written meanwhile is sent once', async () => {
    const loads = ann.loads();
    await ben.send(200, PER_SECOND);
    await server.kill('SIGKILL');
    ben.drop();
    await ann.say('written while the server is away');
    server = await server.again();
    await ben.connect(server.ready.tcp);
    await ben.send(100, PER_SECOND);
    await ben.settle();
    await ann.heard((one) => one.text === 'written while the server is away' && one.seq > 0, 40_000);
    await ann.heard((one) => one.text === ben.sent.at(-1), 40_000);
    await ann.shot('crash-back');
    await ann.say('ping');
    await ann.heard((one) => one.text === 'pong', 40_000);
    assert.equal(ann.loads(), loads, 'the page was not loaded again');
  });

  it('what NoneBot missed reaches it in order, marked as replayed', async () => {
    await nonebot.stop();
    const from = ben.sent.length;
    const before = readEvents(logFile).length;
    await ben.send(150, PER_SECOND);
    await killAndStart();
    await ben.connect(server.ready.tcp);
    await ben.settle();
    nonebot = await startLoggedNoneBot(bot.files, logFile);
    const missed = ben.sent.slice(from);
    const events = await until(
      'the missed events',
      () => {
        const come = readEvents(logFile).slice(before);
        return come.some((one) => one.text === missed.at(-1)) ? come : null;
      },
      60_000,
    );
    const ofMissed = events.filter((one) => missed.includes(one.text));
    assert.deepEqual(
      ofMissed.map((one) => one.text),
      [...missed].sort((a, b) => seqOf(a) - seqOf(b)),
    );
    for (const one of ofMissed) assert.equal(one.hufu?.replayed, true, `${one.text} is not marked`);
  });

  it('every acknowledged message is there once, and messageSeq has no gap', async () => {
    const page = await admin(server, '/channel/messagesync', {
      login_uid: 'ben',
      channel_id: groupId,
      channel_type: GROUP,
      start_message_seq: 0,
      end_message_seq: 0,
      limit: 10_000,
      pull_mode: 1,
    });
    const log = page.body.messages as { message_seq: number; client_msg_no: string }[];
    assert.deepEqual(
      log.map((one) => one.message_seq),
      log.map((_, index) => index + 1),
    );
    assert.equal(new Set(log.map((one) => one.client_msg_no)).size, log.length, 'a message is there twice');
    const seqs = new Map(log.map((one) => [one.client_msg_no, one.message_seq]));
    for (const [text, seq] of ben.acknowledged) assert.equal(seqs.get(text), seq, `${text} was acknowledged`);
    assert.equal(ben.acknowledged.size, ben.sent.length);
  });

  it('the page shows each message once and in order, NoneBot heard each, and twice only what is marked', async () => {
    await ann.heard((one) => one.text === ben.sent.at(-1), 40_000);
    const bubbles = await ann.bubbles();
    const seqs = bubbles.map((one) => one.seq);
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => (seqs[0] ?? 0) + index),
    );
    assert.ok(ben.sent.every((text) => bubbles.some((one) => one.text === text)));
    assert.deepEqual(ann.errors, []);

    const first = new Map<string, LoggedEvent>();
    for (const event of readEvents(logFile)) {
      if (!first.has(event.text)) first.set(event.text, event);
      else assert.equal(event.hufu?.replayed, true, `${event.text} came again without a mark`);
    }
    const heard = [...first.keys()].filter((text) => ben.acknowledged.has(text));
    assert.deepEqual(
      heard,
      [...ben.sent].sort((a, b) => seqOf(a) - seqOf(b)),
    );
  });

  function seqOf(text: string): number {
    return ben.acknowledged.get(text) ?? 0;
  }
});
