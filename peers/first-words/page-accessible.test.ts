import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../lib/chromium.ts';
import { newFriend } from '../lib/friend.ts';
import { freePort } from '../lib/free-port.ts';
import { openPage, type PagePerson } from '../lib/page.ts';
import { admin, startServer, type TestServer } from '../lib/server.ts';
import { startAll } from '../lib/start-all.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const RUN = `axe.run(document, { runOnly: ${JSON.stringify(RULES)}, resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.target.join(' ') + ' ' + node.failureSummary)))`;

/** What cannot be seen without scrolling sideways, other than code. */
const TOO_WIDE = `[...document.querySelectorAll('body *:not(pre, pre *, .viewer *)')]
  .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
  .map((element) => element.outerHTML.slice(0, 120))`;

/** What is wrong with the page as it is on the screen, in light and in dark. */
async function faultsOf(page: Page): Promise<string[]> {
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // Not with a script element: the page's CSP would refuse it.
    await page.evaluate(axe.source);
    for (const fault of await page.evaluate<string[]>(RUN)) faults.push(`${colorScheme} ${fault}`);
  }
  for (const wide of await page.evaluate<string[]>(TOO_WIDE)) faults.push(`reaches out of the screen: ${wide}`);
  return faults;
}

for (const [size, viewport] of [
  ['wide', { width: 1280, height: 800 }],
  ['the narrowest phone', { width: 320, height: 640 }],
] as const)
  describe(`the page on ${size} is usable with a screen reader, in light and in dark`, { timeout: 300_000 }, () => {
    let server: TestServer;
    let browser: Browser;
    let ann: PagePerson;
    let page: Page;
    let group: string;
    before(async () => {
      [server, browser] = await startAll([startServer(), launchChromium()]);
      ann = await openPage(browser, server.ready.http);
      page = ann.page;
      await page.setViewportSize(viewport);
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });
    const looksRight = async () => assert.deepEqual(await faultsOf(page), []);

    it('making the first account', async () => {
      await page.goto(`${server.ready.http}/welcome`);
      await page.getByTestId('welcome-uid').waitFor();
      await looksRight();
    });
    it('signing in, and a wrong password', async () => {
      await page.goto(`${server.ready.http}/sign-in`);
      await page.getByTestId('login-uid').fill('ann');
      await page.getByTestId('login-password').fill('not the password');
      await page.getByTestId('login-submit').click();
      await page.getByTestId('refusal-card').waitFor();
      await looksRight();
    });
    it('nothing yet: no conversation, no bot, no refusal', async () => {
      await ann.signUp('ann');
      await looksRight();
      for (const place of ['bots', 'refusals'] as const) {
        await ann.goTo(place);
        await looksRight();
      }
    });
    it('a new bot whose program does not run, its snippet and its place among the bots', async () => {
      await ann.goTo('chats');
      await page.getByTestId('new-bot').click();
      await page.getByRole('dialog').waitFor();
      await looksRight();
      await page.keyboard.press('Escape');
      await ann.newBot('Echo', `ws://127.0.0.1:${await freePort()}/onebot/v11/ws`);
      await ann.dialogShows('waiting');
      await looksRight();
      await page.keyboard.press('Escape');
      await ann.goTo('bots');
      await page.getByTestId('bot-state').waitFor();
      await looksRight();
      await page.getByTestId('bot-edit-url').click();
      await looksRight();
    });
    it('a refusal', async () => {
      await ann.goTo('refusals');
      await page.locator('[data-testid^="refusal-hr_"]').first().click();
      await page.getByTestId('refusal-fix').waitFor();
      await looksRight();
    });
    it('conversations, an open one with unread messages, its members and a new group', async (t) => {
      const ben = await newFriend(server, 'ben');
      t.after(() => ben.client.detach());
      group = await ben.newGroup('Tea', ['ann']);
      await page.goto(`${server.ready.http}/chats`);
      for (const content of ['one https://example.org', '@ann two']) await ben.say(group, 2, { type: 1, content });
      await page.getByTestId(`conversation-${group}`).locator('.badge').waitFor();
      await looksRight();
      await page.getByTestId('new-group').click();
      await page.getByRole('dialog').waitFor();
      await looksRight();
      await page.keyboard.press('Escape');
      await page.getByTestId(`conversation-${group}`).click();
      await page.locator('.unread-line').waitFor();
      await ann.say('three');
      await ann.heard((one) => one.text === 'three' && one.seq > 0);
      await looksRight();
      await page.getByTestId('members-open').click();
      await page.getByTestId('group-leave').waitFor();
      await looksRight();
      await page.getByTestId('group-leave').click();
      await page.getByRole('dialog').waitFor();
      await looksRight();
      await page.keyboard.press('Escape');
    });
    it('a message that was refused, and one that waits for the server', async () => {
      await page.goto(`${server.ready.http}/chats/2/${group}`);
      await page.getByTestId('message').first().waitFor();
      await admin(server, '/channel/subscriber_remove', { channel_id: group, channel_type: 2, subscribers: ['ann'] });
      await ann.say('let me in');
      await ann.card('im.not_member');
      await looksRight();
      await server.kill('SIGKILL');
      await page.getByText('Try now').waitFor();
      await ann.say('written in the dark');
      await page.getByText('Sent as soon as the connection is back').waitFor();
      await looksRight();
    });
  });
