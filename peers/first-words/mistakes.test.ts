import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RefusalCode } from '@hufu/refusals';
import { operatorText, personText } from '@hufu/refusals/texts';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../lib/chromium.ts';
import { explain } from '../lib/explain.ts';
import { freePort } from '../lib/free-port.ts';
import { startNoneBot } from '../lib/nonebot.ts';
import { type SnippetFile, stopPrograms } from '../lib/program.ts';
import { openPage, type PagePerson } from '../lib/page.ts';
import { admin, startServer, type TestServer } from '../lib/server.ts';
import { startAll } from '../lib/start-all.ts';
import { tapWire } from '../lib/wire-tap.ts';
import { WkClient } from '../lib/wk-client.ts';
import { openSdkPage, type SdkSite, serveSdk } from '../lib/wukong-page.ts';

const REFUSED = 2;

describe('a mistake shows its own cause and its repair to whom it concerns, and to nobody else', { timeout: 180_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let site: SdkSite;
  let ann: PagePerson;
  before(async () => {
    [server, browser, site] = await startAll([startServer(), launchChromium(), serveSdk()]);
    ann = await openPage(browser, server.ready.http);
    await ann.signUp('ann');
  });
  after(async () => {
    await stopPrograms();
    await browser?.close();
    site?.close();
    await server?.close();
  });

  /** Card in the page where it shows, then the list of refusals, in both languages; then the terminal. Answers the request id. */
  async function isExplained(code: RefusalCode, repair: RegExp): Promise<string> {
    let card = await ann.card(code);
    const requestId = /hr_[0-9A-Z]{26}/.exec(card)?.[0] ?? '';
    const terminal = { en: explain(server, requestId, 'en'), zh: explain(server, requestId, 'zh') };
    for (const lang of ['en', 'zh'] as const) {
      await ann.speak(lang);
      await ann.goTo('refusals');
      await ann.openRefusal(requestId, operatorText(code)[lang].title);
      card = await ann.card(code);
      const { title, meaning, fix } = operatorText(code)[lang];
      for (const words of [title, meaning, personText(code)[lang].fix])
        assert.ok(card.includes(words), `the card lacks "${words}":\n${card}`);
      const printed = await terminal[lang];
      for (const words of [code, title, meaning, fix])
        assert.ok(printed.includes(words), `explain lacks "${words}":\n${printed}`);
      await ann.shot(`${code}-${lang}`);
    }
    for (const { fix } of [operatorText(code).en, personText(code).en]) assert.match(fix, repair);
    await ann.speak('en');
    return requestId;
  }

  it('NoneBot with a wrong token', async () => {
    const port = await freePort();
    const tap = await tapWire(port);
    const bot = await ann.newBot('Wrong token', `ws://127.0.0.1:${tap.port}/onebot/v11/ws`);
    const onPort = edited(bot.files, '.env', /^PORT=\d+$/m, `PORT=${port}`);
    const token = /ONEBOT_ACCESS_TOKEN="(.+)"/.exec(onPort[0]?.content ?? '')?.[1] ?? '';
    const nonebot = await startNoneBot(edited(onPort, '.env', token, 'another-token'));
    await ann.dialogShows('refused');
    await ann.card('remote.token_mismatch');
    await ann.shot('dialog-wrong-token');
    await ann.closeDialog();
    await ann.goTo('bots');
    await isExplained('remote.token_mismatch', /same token.*New token/);

    const requests = tap.heard().split(/(?<=\r\n\r\n)(?=[A-Z]+ \/)/);
    const dials = requests.filter((one) => one.includes('X-Client-Role'));
    const probes = requests.filter((one) => !one.includes('X-Client-Role'));
    const selfId = /X-Self-ID: (\d+)/.exec(dials[0] ?? '')?.[1] ?? assert.fail('nobody dialled');
    assert.ok(dials[0]?.includes(`Authorization: Bearer ${token}`));
    assert.ok(probes.length >= 2, 'the doctor asked');
    for (const probe of probes) {
      assert.doesNotMatch(probe, /authorization/i);
      // On a plain POST without a body the id registers nothing; in a handshake it would.
      if (/^upgrade:/im.test(probe)) assert.ok(!probe.includes(selfId), `a harmful probe: ${probe}`);
    }
    assert.doesNotMatch(tap.heard(), /remote\.|hr_/, 'the other end is told nothing of our records');

    await nonebot.stop();
    await startNoneBot(onPort);
    await ann.dialNow('Wrong token');
    await ann.botShows('Wrong token', 'connected');
    tap.close();
  });

  it('NoneBot at another path', async () => {
    const port = await freePort();
    const bot = await ann.newBot('Wrong path', `ws://127.0.0.1:${port}/onebot/v11`);
    await startNoneBot(bot.files);
    await ann.card('remote.path_wrong');
    await ann.closeDialog();
    await ann.goTo('bots');
    await isExplained('remote.path_wrong', /\/onebot\/v11\/ws/);

    await ann.changeAddress('Wrong path', `ws://127.0.0.1:${port}/onebot/v11/ws`);
    await ann.botShows('Wrong path', 'connected');
  });

  it('NoneBot without its adapter', async () => {
    const port = await freePort();
    const bot = await ann.newBot('No adapter', `ws://127.0.0.1:${port}/onebot/v11/ws`);
    const without = edited(bot.files, 'bot.py', 'nonebot.get_driver().register_adapter(Adapter)\n', '');
    const nonebot = await startNoneBot(without);
    await ann.card('remote.adapter_unregistered');
    await ann.closeDialog();
    await ann.goTo('bots');
    await isExplained('remote.adapter_unregistered', /register_adapter/);

    await nonebot.stop();
    await startNoneBot(bot.files);
    await ann.dialNow('No adapter');
    await ann.botShows('No adapter', 'connected');
  });

  it('a token that was changed between two runs of NoneBot', async () => {
    const port = await freePort();
    const bot = await ann.newBot('Changed', `ws://127.0.0.1:${port}/onebot/v11/ws`);
    const nonebot = await startNoneBot(bot.files);
    await ann.dialogShows('connected');
    await nonebot.stop();
    await startNoneBot(edited(bot.files, '.env', /hfb_\w+/, 'another-token'));
    await ann.card('remote.token_mismatch');
    await ann.closeDialog();
  });

  it("a person's token of another device flag", async () => {
    await admin(server, '/user/token', { uid: 'ann', token: 'token-of-the-phone', device_flag: 0, device_level: 1 });
    const page = await openSdkPage(browser, site);
    assert.equal(await page.connect({ address: server.ready.ws, uid: 'ann', token: 'token-of-the-phone' }), REFUSED);
    await ann.goTo('refusals');
    await ann.openRefusal('', operatorText('wk.flag_mismatch').en.title);
    const requestId = await isExplained('wk.flag_mismatch', /device_flag/);
    assertPublic(page.frames().join('\n'), requestId);
    const eve = await openPage(browser, server.ready.http);
    await eve.signUp('eve');
    const { title, meaning, fix } = personText('wk.flag_mismatch').en;
    const seen = await eve.lookUp(requestId);
    for (const words of ['wk.flag_mismatch', title, meaning, fix]) assert.ok(!seen.includes(words), seen);
    await eve.close();

    // A phone with the web client's token is told by CONNACK and DISCONNECT.
    await admin(server, '/user/token', { uid: 'ben', token: 'token-of-the-web', device_flag: 1, device_level: 1 });
    const phone = new WkClient(server.ready.tcp);
    const connack = await phone.login('ben', 'token-of-the-web', 0);
    assert.equal(connack.reasonCode, REFUSED);
    assert.match(connack.salt, /^wk\.flag_mismatch; req=hr_\w+$/);
    assertPublic(phone.bytes.toString('latin1'), connack.salt.split('req=')[1] ?? '');
    phone.close();

    await admin(server, '/user/token', { uid: 'ann', token: 'token-of-the-phone', device_flag: 1, device_level: 1 });
    assert.equal(await page.connect({ address: server.ready.ws, uid: 'ann', token: 'token-of-the-phone' }), 1);
    assert.deepEqual(ann.errors, []);
  });
});

function edited(files: readonly SnippetFile[], path: string, what: string | RegExp, by: string): SnippetFile[] {
  return files.map((file) => {
    if (file.path !== path) return file;
    const content = file.content.replace(what, by);
    assert.notEqual(content, file.content, `${path} does not hold ${what}`);
    return { path, content };
  });
}

/** What went to the stranger has the public code and the id, and no word of the explanation. */
function assertPublic(wire: string, requestId: string): void {
  assert.ok(wire.includes(`wk.flag_mismatch; req=${requestId}`), wire);
  const rest = wire.replaceAll(`wk.flag_mismatch; req=${requestId}`, '');
  const both = [operatorText('wk.flag_mismatch'), personText('wk.flag_mismatch')];
  const texts = both.flatMap((text) => Object.values(text)).flatMap((text) => Object.values(text));
  for (const text of texts) {
    assert.ok(!rest.includes(text), text);
    assert.ok(!rest.includes(Buffer.from(text).toString('latin1')), text);
  }
  assert.doesNotMatch(rest, /device.?flag|registered|hr_|cred\.|wk\./i);
}
