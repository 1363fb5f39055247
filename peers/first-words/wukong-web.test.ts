import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../lib/chromium.ts';
import { admin, startServer, type TestServer } from '../lib/server.ts';
import { startAll } from '../lib/start-all.ts';
import { openSdkPage, sdkHash, type SdkPage, type SdkSite, serveSdk } from '../lib/wukong-page.ts';

/** Of wukongimjssdk-1.0.4.tgz as npm has it (its own integrity is in package-lock.json). */
const PUBLISHED = '3054762af00983fe3988de91c6b57dd81592755a1c2aab44ccf9e6c625fe8a31';
const WEB = 1;
const CONNECT_FAIL = 3;

describe('the unmodified wukongimjssdk 1.0.4 in Chromium', { timeout: 180_000 }, () => {
  let server: TestServer;
  let site: SdkSite;
  let browser: Browser;
  let address: string;
  let ann: SdkPage;
  let ben: SdkPage;

  before(async () => {
    [server, site, browser] = await startAll([startServer(), serveSdk(), launchChromium()]);
    for (const uid of ['ann', 'ben', 'cat']) {
      const made = await admin(server, '/user/token', { uid, token: `t-${uid}`, device_flag: WEB, device_level: 1 });
      assert.equal(made.status, 200);
    }
    const route = await admin(server, '/route?uid=ann');
    address = String(route.body.ws_addr);
    ann = await openSdkPage(browser, site);
    ben = await openSdkPage(browser, site);
    assert.equal(await ann.connect({ address, uid: 'ann', token: 't-ann' }), 1);
    assert.equal(await ben.connect({ address, uid: 'ben', token: 't-ben' }), 1);
  });
  after(async () => {
    await browser?.close();
    site?.close();
    await server?.close();
  });

  it('is the published package, whole and unchanged, in the page', () => {
    assert.equal(sdkHash(), PUBLISHED);
    for (const file of ['index.js', 'connect_manager.js', 'chat_manager.js', 'proto.js', 'security.js', 'websocket.js'])
      assert.ok(site.bundled.includes(`lib/${file}`), `${file} is not in the page's script`);
  });

  it('connects at the address of /route', () => {
    assert.equal(address, server.ready.ws);
  });

  it('sends to a person and back; messageSeq rises by one in both directions', async () => {
    const first = await ann.sendText('ben', 1, 'hello ben 你好');
    const heard = await ben.heard((message) => message.text === 'hello ben 你好');
    assert.deepEqual(
      { ...heard, messageId: '' },
      { messageId: '', messageSeq: first.messageSeq, fromUid: 'ann', channelId: 'ann', channelType: 1, text: 'hello ben 你好' },
    );
    const second = await ben.sendText('ann', 1, 'hello ann');
    const answer = await ann.heard((message) => message.text === 'hello ann');
    assert.deepEqual(
      [first, second].map((ack) => [ack.reasonCode, ack.messageSeq]),
      [
        [1, 1],
        [1, 2],
      ],
    );
    assert.equal(answer.messageSeq, 2);
    assert.notEqual(answer.messageId, heard.messageId);
  });

  it('sends to a group, whose other members hear it once; a stranger is refused by reason', async () => {
    const made = await admin(server, '/channel', { channel_id: 'crew', channel_type: 2, subscribers: ['ann', 'ben'] });
    assert.equal(made.status, 200);
    for (const text of ['one', 'two', 'three']) assert.equal((await ann.sendText('crew', 2, text)).reasonCode, 1);
    await ben.heard((message) => message.channelId === 'crew' && message.text === 'three');
    const crew = (await ben.seen()).messages.filter((message) => message.channelId === 'crew');
    assert.deepEqual(
      crew.map((message) => [message.messageSeq, message.fromUid, message.text]),
      [
        [1, 'ann', 'one'],
        [2, 'ann', 'two'],
        [3, 'ann', 'three'],
      ],
    );
    const cat = await openSdkPage(browser, site);
    assert.equal(await cat.connect({ address, uid: 'cat', token: 't-cat' }), 1);
    const refused = await cat.sendText('crew', 2, 'let me in');
    assert.equal(refused.reasonCode, 3, 'not a subscriber');
    assert.equal(refused.messageSeq, 0);
  });

  it('is refused with a wrong token and with the token of another device flag, and does not come back', async () => {
    await admin(server, '/user/token', { uid: 'dan', token: 't-dan', device_flag: 0, device_level: 0 });
    for (const [uid, token, code] of [
      ['ann', 'not-hers', /cred\.rejected; req=hr_/],
      ['dan', 't-dan', /wk\.flag_mismatch; req=hr_/],
    ] as const) {
      const page = await openSdkPage(browser, site);
      assert.equal(await page.connect({ address, uid, token }), 2);
      assert.equal(await page.willReconnect(), false);
      const { statuses } = await page.seen();
      assert.deepEqual(statuses[0], { status: CONNECT_FAIL, reason: 2 });
      assert.match(page.frames().join(''), code);
      await page.page.close();
    }
    assert.equal((await ann.seen()).statuses.at(-1)?.reason, 1, 'the good connection of the same person stays');
  });
});
