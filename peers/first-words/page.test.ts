import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { pngOf } from '../../packages/web/test/png.ts';
import { launchChromium } from '../lib/chromium.ts';
import { type Friend, newFriend } from '../lib/friend.ts';
import { freePort } from '../lib/free-port.ts';
import { openPage, type PagePerson } from '../lib/page.ts';
import { admin, startServer, type TestServer, until } from '../lib/server.ts';
import { startAll } from '../lib/start-all.ts';

const ANN = 1;

const near = (a: number, b: number) => Math.abs(a - b) <= 2;
const texts = async (page: Page): Promise<string[]> => page.getByTestId('message').locator('.words').allInnerTexts();
const composer = (page: Page) => page.getByLabel('Write a message', { exact: true });
const numberOf = (page: Page, id: string) => page.getByTestId(`conversation-${id}`).locator('.badge');
const say = (ben: Friend, to: string, type: number, content: string) => ben.say(to, type, { type: 1, content });
const groupOf = (ben: Friend, name: string) => ben.newGroup(name, ['ann']);

const isAtEnd = (page: Page) =>
  page.getByTestId('timeline').evaluate((frame) => frame.scrollHeight - frame.scrollTop - frame.clientHeight < 2);

/** Where the top of the message with this text is on the screen. */
async function topOf(page: Page, words: string): Promise<number> {
  const box = await page.getByTestId('message').filter({ hasText: words }).first().boundingBox();
  return box?.y ?? Number.NaN;
}

describe('the page', { timeout: 300_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let ann: PagePerson;
  let ben: Friend;
  let page: Page;
  before(async () => {
    [server, browser] = await startAll([startServer(), launchChromium()]);
    ann = await openPage(browser, server.ready.http);
    await ann.signUp('ann');
    page = ann.page;
    ben = await newFriend(server, 'ben');
  });
  after(async () => {
    ben?.client.detach();
    await browser?.close();
    await server?.close();
  });

  it('takes the admin secret out of the address bar before anything else, wherever its link is opened', async (t) => {
    const context = await browser.newContext();
    t.after(() => context.close());
    const tab = await context.newPage();
    const secret = () => tab.getByTestId('welcome-secret').inputValue();
    await tab.goto(`${server.ready.http}/welcome#secret=one`);
    assert.equal(await secret(), 'one');
    assert.equal(await tab.evaluate('location.href'), `${server.ready.http}/welcome`);
    await tab.goto(`${server.ready.http}/welcome#secret=two`);
    await until('the secret of the second link', async () => (await secret()) === 'two');
    assert.equal(await tab.evaluate('location.href'), `${server.ready.http}/welcome`);
  });

  it('says of a wrong admin secret that it is one, and how to come by the right one', async (t) => {
    const context = await browser.newContext();
    t.after(() => context.close());
    const tab = await context.newPage();
    await tab.goto(`${server.ready.http}/welcome#secret=wrong`);
    await tab.getByTestId('welcome-uid').fill('eve');
    await tab.getByTestId('welcome-password').fill('long enough');
    await tab.getByTestId('welcome-submit').click();
    await tab.getByText('This is not the admin secret of this server.').waitFor();
    await tab.getByTestId('refusal-fix').getByText('HUFU_ADMIN_SECRET').waitFor();
  });

  it('tells in a conversation with a bot of mine whether its program is there', async () => {
    await ann.newBot('Away', `ws://127.0.0.1:${await freePort()}/onebot/v11/ws`);
    await ann.writeToNewBot();
    await page.locator('.chat-head').getByText('waiting for the program').waitFor();
  });

  it('finds somebody by the exact account, and says so when there is nobody', async () => {
    const search = page.getByTestId('chats-search');
    await search.fill('nobody');
    await search.press('Enter');
    await page.getByText('No account is called exactly that.').waitFor();
    await search.fill('ben');
    await search.press('Enter');
    await page.waitForURL(/\/chats\/1\/ben$/);
    await ann.say('hello ben');
    await ben.heard('ann', ANN, 'hello ben');
  });

  it('sends with Enter, once however often it is pressed, and breaks the line with Shift and Enter', async () => {
    await composer(page).fill('first line');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('second line');
    for (let press = 0; press < 3; press += 1) await page.keyboard.press('Enter');
    await ann.heard((one) => one.text === 'first line\nsecond line' && one.seq > 0);
    const sent = (await ben.messages('ann', ANN)).filter((one) => String(one.payload?.['content']).startsWith('first line'));
    assert.equal(sent.length, 1);
  });

  it('keeps what is half written while another conversation is open, and when the page is loaded again', async () => {
    const group = await groupOf(ben, 'Drafts');
    await composer(page).fill('half a sen');
    await page.getByTestId(`conversation-${group}`).click();
    await page.getByRole('heading', { name: 'Drafts' }).waitFor();
    assert.equal(await composer(page).inputValue(), '');
    await page.getByTestId('conversation-ben').click();
    await page.getByRole('heading', { name: 'ben' }).waitFor();
    assert.equal(await composer(page).inputValue(), 'half a sen');
    await page.reload();
    await page.getByRole('heading', { name: 'ben' }).waitFor();
    assert.equal(await composer(page).inputValue(), 'half a sen');
    await composer(page).fill('');
  });

  it('closes a dialog with Escape and gives the focus back to what opened it', async () => {
    await page.getByTestId('new-group').click();
    await page.getByRole('dialog').waitFor();
    assert.equal(await page.getByTestId('group-name').evaluate((field) => field.matches(':focus')), true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await page.getByTestId('new-group').evaluate((button) => button.matches(':focus')), true);
  });

  it('gives the focus back to what opened the list of members when that is closed', async () => {
    const group = await groupOf(ben, 'Focus');
    await page.getByTestId(`conversation-${group}`).click();
    const button = page.getByTestId('members-open');
    await button.press('Enter');
    await page.getByTestId('group-leave').focus();
    await page.keyboard.press('Escape');
    assert.equal(await button.evaluate((element) => element.matches(':focus')), true);
  });

  it('opens at the first unread message, and takes the number off when the end is reached', async () => {
    const group = await groupOf(ben, 'Much unread');
    for (let index = 1; index <= 60; index += 1) await say(ben, group, 2, `message ${index} of many`);
    await until('the number', async () => (await numberOf(page, group).textContent())?.trim() === '60');
    await page.getByTestId(`conversation-${group}`).click();
    const line = page.locator('.unread-line');
    await line.waitFor();
    const [lineBox, frame] = [await line.boundingBox(), await page.getByTestId('timeline').boundingBox()];
    assert.ok((lineBox?.y ?? 0) >= (frame?.y ?? 0) && (lineBox?.y ?? 0) < (frame?.y ?? 0) + 200, 'the line is near the top');
    assert.equal((await numberOf(page, group).textContent())?.trim(), '60');
    await page.getByTestId('to-newest').click();
    await until('the number to go', async () => (await numberOf(page, group).count()) === 0);
  });

  it('leaves what is read where it is when older messages and new ones come', async () => {
    const group = await groupOf(ben, 'History');
    // More than is read at once, however much is unread.
    for (let index = 1; index <= 300; index += 1) await say(ben, group, 2, `talk ${index}.`);
    await page.getByTestId(`conversation-${group}`).click();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await page.getByTestId('to-newest').click();
    await ann.heard((one) => one.text === 'talk 300.');
    const count = await page.getByTestId('message').count();
    // Just inside the stretch that reads older ones.
    const seen = await page.getByTestId('message').nth(3).textContent();
    const words = /talk \d+\./.exec(seen ?? '')?.[0] ?? '';
    await page
      .getByTestId('message')
      .nth(3)
      .evaluate((message) => {
        const frame = message.closest('.timeline');
        if (frame !== null) frame.scrollTop += message.getBoundingClientRect().top - frame.getBoundingClientRect().top - 60;
      });
    const before = await topOf(page, words);
    await until('older ones', async () => (await page.getByTestId('message').count()) > count);
    assert.ok(near(await topOf(page, words), before), 'older ones move nothing');
    await say(ben, group, 2, 'news while reading');
    await page.getByText('1 new message').waitFor();
    assert.ok(near(await topOf(page, words), before), 'a new one moves nothing');
    assert.equal((await numberOf(page, group).textContent())?.trim(), '1');
    await page.getByTestId('to-newest').click();
    await until('the end', () => isAtEnd(page));
    await until('the number to go', async () => (await numberOf(page, group).count()) === 0);
    await say(ben, group, 2, 'news at the end');
    await ann.heard((one) => one.text === 'news at the end');
    assert.ok(await isAtEnd(page), 'it stays at the end');
  });

  it('keeps the place of who reads back further than what is kept in the page', async () => {
    const group = await groupOf(ben, 'Far back');
    for (let index = 1; index <= 720; index += 1) await say(ben, group, 2, `word ${index}.`);
    await page.getByTestId(`conversation-${group}`).click();
    await page.getByRole('heading', { name: 'Far back' }).waitFor();
    const first = page.getByTestId('message').first();
    const oldest = async () => Number(/word (\d+)\./.exec((await first.textContent()) ?? '')?.[1]);
    await first.waitFor();
    while ((await oldest()) > 1) {
      // Where the first one stands and which it is, at the same moment: the next ones may already be on their way.
      const [before, text] = await page.getByTestId('timeline').evaluate((frame) => {
        frame.scrollTop = 0;
        const message = frame.querySelector('[data-testid="message"]');
        return [message?.getBoundingClientRect().top ?? Number.NaN, message?.textContent ?? ''] as const;
      });
      const [words = '', known = ''] = /word (\d+)\./.exec(text) ?? [];
      await until('older ones', async () => (await oldest()) < Number(known));
      await until('the end of the reading', async () => (await page.getByText('Loading…').count()) === 0);
      assert.ok(near(await topOf(page, words), before), `${words} was at ${before} and is at ${await topOf(page, words)}`);
    }
    await page.getByTestId('to-newest').click();
    await ann.heard((one) => one.text === 'word 720.');
  });

  it('does not take back what is scrolled while older messages are on their way', async () => {
    const group = await groupOf(ben, 'Slow line');
    for (let index = 1; index <= 260; index += 1) await say(ben, group, 2, `line ${index}.`);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let asked = false;
    await page.route(/messages\?.*before/, async (route) => {
      asked = true;
      await held;
      await route.continue();
    });
    await page.getByTestId(`conversation-${group}`).click();
    await page.getByRole('heading', { name: 'Slow line' }).waitFor();
    await page.getByTestId('to-newest').click();
    await ann.heard((one) => one.text === 'line 260.');
    const count = await page.getByTestId('message').count();
    const scrollTo = (top: number) => page.getByTestId('timeline').evaluate((frame, to) => (frame.scrollTop = to), top);
    await scrollTo(0);
    await until('older ones to be asked for', () => asked);
    await scrollTo(400);
    const words = /line \d+\./.exec((await page.getByTestId('message').nth(14).textContent()) ?? '')?.[0] ?? '';
    const before = await topOf(page, words);
    release();
    await until('older ones', async () => (await page.getByTestId('message').count()) > count);
    assert.ok(near(await topOf(page, words), before), `${words} was at ${before} and is at ${await topOf(page, words)}`);
    await page.unroute(/messages\?.*before/);
  });

  it('keeps the place of a picture before it has loaded, and shows an own one at once', async () => {
    const group = await groupOf(ben, 'Pictures');
    const uploaded = await ben.client.api.upload(new Blob([pngOf(800, 400)], { type: 'image/png' }), 'wide.png');
    if (!uploaded.ok) throw new Error(uploaded.refusal.code);
    const { url, width, height } = uploaded.value;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(`**${url}`, async (route) => {
      await held;
      await route.continue();
    });
    await ben.say(group, 2, { type: 2, url, width, height });
    await say(ben, group, 2, 'below the picture');
    await page.getByTestId(`conversation-${group}`).click();
    await ann.heard((one) => one.text === 'below the picture');
    const before = await page.locator('.picture').boundingBox();
    assert.ok(near(before?.width ?? 0, 340) && near(before?.height ?? 0, 170), JSON.stringify(before));
    release();
    await ann.heard((one) => one.pictures.includes(800));
    assert.deepEqual(await page.locator('.picture').boundingBox(), before);

    await page.route('**/api/v1/files', () => undefined);
    await page
      .getByTestId('image-input')
      .setInputFiles({ name: 'own.png', mimeType: 'image/png', buffer: Buffer.from(pngOf(60, 60)) });
    await ann.heard((one) => one.from === 'ann' && one.pictures.includes(60) && one.seq === 0);
    await page.unroute('**/api/v1/files');
    await page.reload();
    await page.locator('.picture').waitFor();
    await page.locator('.picture').click();
    await page.locator('.viewer').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.viewer').waitFor({ state: 'detached' });
  });

  it('says why a message was refused, sends it again with its number, or discards it', async () => {
    const group = await groupOf(ben, 'Doors');
    await page.getByTestId(`conversation-${group}`).click();
    await page.getByRole('heading', { name: 'Doors' }).waitFor();
    const member = { channel_id: group, channel_type: 2, subscribers: ['ann'] };
    await admin(server, '/channel/subscriber_remove', member);
    await ann.say('let me in');
    await ann.card('im.not_member');
    await until('its cause to be in sight', () => isAtEnd(page));
    await ann.say('and this');
    await page.getByRole('button', { name: 'Discard' }).nth(1).click();
    await admin(server, '/channel/subscriber_add', member);
    await page.getByRole('button', { name: 'Try again' }).click();
    await ann.heard((one) => one.text === 'let me in' && one.seq > 0);
    assert.deepEqual(await texts(page), ['let me in']);
  });

  it('sends what was written while the server was away once, when it is back', async () => {
    await page.getByTestId('conversation-ben').click();
    await page.getByRole('heading', { name: 'ben' }).waitFor();
    await server.kill('SIGKILL');
    await page.getByText('Try now').waitFor();
    await ann.say('written in the dark');
    await page.locator('[data-state="sending"]').waitFor();
    assert.equal(await page.locator('.quote').count(), 0, 'what waits to be sent is quoted by no other message');
    await ann.say('taken back');
    await page.getByRole('button', { name: 'Discard' }).nth(1).click();
    server = await server.again();
    await ann.heard((one) => one.text === 'written in the dark' && one.seq > 0, 30_000);
    await page.getByText('Try now').waitFor({ state: 'detached' });
    const stored = (await ben.messages('ann', ANN)).map((one) => String(one.payload?.['content']));
    assert.deepEqual(
      stored.filter((one) => /dark|taken/.test(one)),
      ['written in the dark'],
    );
    await say(ben, 'ann', 1, 'glad to read you');
    await ann.heard((one) => one.text === 'glad to read you');
    assert.equal(new Set(await texts(page)).size, (await texts(page)).length, 'nothing stands there twice');
  });

  it('shows every conversation of a long list as it is scrolled to', async () => {
    for (let index = 1; index <= 130; index += 1) {
      const group = await groupOf(ben, `Long list ${index}`);
      if (index === 1) await say(ben, group, 2, 'the first');
    }
    const list = page.getByTestId('conversations');
    await until('the newest group', async () => (await list.getByText('Long list 130').count()) > 0);
    await until('the oldest group', async () => {
      await list.evaluate((box) => (box.scrollTop = box.scrollHeight));
      return (await list.getByText('Long list 1', { exact: true }).count()) === 1;
    });
    await page.getByTestId('chats-search').fill('Long list 77');
    await list.getByText('Long list 77').click();
    await page.getByRole('heading', { name: 'Long list 77' }).waitFor();
    await page.getByTestId('chats-search').fill('');
    await list.evaluate((box) => (box.scrollTop = 0));
  });

  it('works in two tabs at once: both are live, read in one is read in the other, and signing out ends both', async () => {
    const second = await page.context().newPage();
    await second.goto(`${server.ready.http}/chats`);
    const group = await groupOf(ben, 'Two tabs');
    await say(ben, group, 2, 'to both of you');
    for (const tab of [page, second]) await until('the number', async () => (await numberOf(tab, group).count()) === 1);
    await second.getByTestId(`conversation-${group}`).click();
    await until('the number to go in the other tab', async () => (await numberOf(page, group).count()) === 0);
    await page.getByTestId(`conversation-${group}`).click();
    await composer(second).fill('from the second tab');
    await second.keyboard.press('Enter');
    await ann.heard((one) => one.text === 'from the second tab');
    await ann.say('from the first tab');
    await second.getByText('from the first tab').first().waitFor();
    for (const tab of [page, second])
      assert.deepEqual(await texts(tab), ['to both of you', 'from the second tab', 'from the first tab']);
    await second.getByTestId('sign-out').click();
    for (const tab of [page, second]) await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
    await second.close();
    await ann.signIn('ann');
  });

  it('follows the cause of a refused program when it is found out later', async (t) => {
    const program = createServer((request, response) => {
      response.writeHead(request.url?.startsWith('/onebot/v11/') ? 405 : 404).end();
    });
    program.on('upgrade', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'));
    await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      program.closeAllConnections();
      program.close();
    });
    const address = program.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await ann.newBot('Stubborn', `ws://127.0.0.1:${port}/onebot/v11/ws`);
    await ann.dialogShows('refused');
    const state = page.getByRole('dialog').getByTestId('bot-state');
    const code = page.getByRole('dialog').getByTestId('refusal-code');
    await until('the cause, in the line and in the card', async () => {
      const told = await code.textContent();
      return told === 'remote.token_mismatch' && /tokens/i.test((await state.textContent()) ?? '');
    });
    await page.keyboard.press('Escape');
    assert.deepEqual(ann.errors, []);
  });
});
