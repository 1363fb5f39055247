/**
 * Takes pictures of the built page on a real server, every view and state:
 * `node packages/web/test/screenshots.ts <folder> [zh|en] [light|dark] [wide|phone]`; what is left out means all. Chromium from CHROMIUM or /usr/bin/chromium.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../../peers/lib/chromium.ts';
import { ADMIN_SECRET, call } from '../../../peers/lib/server.ts';
import { PASSWORD, playScene, type Scene } from './scene.ts';

const [folder = '', ...wanted] = process.argv.slice(2);
if (folder === '') throw new Error('name the folder for the pictures');
const among = <T extends string>(all: readonly T[]): readonly T[] => {
  const some = all.filter((one) => wanted.includes(one));
  return some.length === 0 ? all : some;
};
const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

mkdirSync(folder, { recursive: true });
const browser = await launchChromium();
for (const language of among(['en', 'zh'] as const))
  for (const scheme of among(['light', 'dark'] as const))
    for (const size of among(['wide', 'phone'] as const)) {
      const scene = await playScene();
      await takeAll(browser, scene, { language, scheme, size });
      await scene.close();
    }
await browser.close();

interface Look {
  readonly language: 'en' | 'zh';
  readonly scheme: 'light' | 'dark';
  readonly size: 'wide' | 'phone';
}

async function takeAll(on: Browser, scene: Scene, look: Look): Promise<void> {
  const { server } = scene;
  const context = await on.newContext({
    viewport: SIZES[look.size],
    locale: look.language === 'zh' ? 'zh-CN' : 'en-US',
    colorScheme: look.scheme,
    hasTouch: look.size === 'phone',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', (line) => line.type() === 'error' && console.log(look, line.text()));
  page.on('pageerror', (error) => console.log(look, error.message));
  const shot = async (name: string): Promise<void> => {
    await page.waitForTimeout(250);
    await page.screenshot({ path: join(folder, `${look.size}-${look.language}-${look.scheme}-${name}.png`) });
  };
  const id = (name: string) => page.getByTestId(name).first();
  const at = server.ready.http;

  await page.goto(`${at}/welcome#secret=${ADMIN_SECRET}`);
  await id('welcome-uid').waitFor();
  await shot('01-welcome');
  await page.goto(`${at}/sign-in`);
  await id('login-uid').fill('alice');
  await id('login-password').fill('wrong password');
  await shot('02-sign-in');
  await id('login-submit').click();
  await id('refusal-card').waitFor();
  await shot('03-wrong-password');

  await call(
    server,
    '/api/v1/users',
    { authorization: `Bearer ${ADMIN_SECRET}` },
    { uid: `new-${look.scheme}`, name: 'New', password: PASSWORD },
  );
  await signIn(page, `new-${look.scheme}`);
  await id('new-bot').waitFor();
  await shot('04-nothing-yet');
  await id('new-group').click();
  await shot('05-group-of-nobody');
  await page.keyboard.press('Escape');
  await page.goto(`${at}/bots`);
  await page.waitForTimeout(300);
  await shot('06-no-bots');
  await page.goto(`${at}/refusals`);
  await page.waitForTimeout(300);
  await shot('07-no-refusals');
  await page.goto(`${at}/chats`);
  await id('new-bot').click();
  await shot('08-new-bot');
  await page.keyboard.press('Escape');
  for (const framework of ['nonebot', 'koishi', 'aiocqhttp']) {
    await newBot(page, framework, '');
    await shot(`09-snippet-${framework}`);
    await page.keyboard.press('Escape');
  }
  for (const [state, url] of [
    ['connected', scene.takingUrl],
    ['refused', scene.refusingUrl],
  ] as const) {
    await newBot(page, 'nonebot', url);
    await page.locator(`dialog [data-state="${state}"]`).waitFor();
    await page.waitForTimeout(500);
    await shot(`10-bot-${state}`);
    await page.keyboard.press('Escape');
  }
  await page.evaluate('localStorage.clear()');
  await page.goto(`${at}/sign-in`);

  await signIn(page, 'alice');
  await id('conversation-bob').waitFor();
  await shot('11-list');
  await id('new-group').click();
  await id('group-name').fill('周末');
  await id('group-member-bob').check();
  await shot('12-new-group');
  await page.keyboard.press('Escape');
  await id(`conversation-${scene.groupId}`).click();
  await id('message').waitFor();
  await page.waitForTimeout(500);
  await shot('13-group');
  await id('timeline').evaluate((element) => (element.scrollTop = element.scrollHeight));
  await shot('13-group-end');
  await id('timeline').evaluate((element) => (element.scrollTop = 0));
  await page.waitForTimeout(600);
  await shot('14-history');
  await scene.bob.send(
    { channelId: scene.groupId, channelType: 2 },
    { type: 1, content: 'Anybody there?' },
    `live-${look.language}-${look.scheme}-${look.size}`,
  );
  await page.waitForTimeout(400);
  await shot('15-new-below');
  await page.locator('.picture').first().scrollIntoViewIfNeeded();
  await page.locator('.picture').first().click();
  await shot('15-viewer');
  await page.keyboard.press('Escape');
  await id('members-open').click();
  await page.waitForTimeout(300);
  await shot('16-members');
  await id('group-leave').click();
  await shot('16-confirm');
  await page.keyboard.press('Escape');
  await page.goto(`${at}/chats/1/bob`);
  await id('message').waitFor();
  await id('composer').fill('第一行\nsecond line\nthird line');
  await shot('17-private-composer');
  await id('composer').fill('');
  await page.goto(`${at}/chats`);
  await id('chats-search').fill('nobody-of-this-name');
  await id('find-person').click();
  await page.waitForTimeout(300);
  await shot('17-find');
  await page.goto(`${at}/bots`);
  await page.waitForTimeout(1500);
  await shot('18-bots');
  await page.getByTestId('bot-rotate').first().click();
  await id('confirm').click();
  await id('bot-renewed').waitFor();
  await shot('18-renewed');
  await page.goto(`${at}/refusals`);
  await page.waitForTimeout(500);
  await shot('19-refusals');
  await page.locator('[data-testid^="refusal-hr_"]').first().click();
  await id('refusal-fix').waitFor();
  await shot('20-refusal');

  await page.goto(`${at}/chats/2/${scene.groupId}`);
  await id('message').waitFor();
  await call(
    server,
    '/channel/subscriber_remove',
    { token: ADMIN_SECRET },
    { channel_id: scene.groupId, channel_type: 2, subscribers: ['alice'] },
  );
  await page.waitForTimeout(300);
  await id('composer').fill('Can you still hear me?');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(500);
  await shot('21-refused-message');

  await page.goto(`${at}/chats/1/bob`);
  await id('message').waitFor();
  await server.kill('SIGKILL');
  await page.waitForTimeout(400);
  await id('composer').fill('Sent while the server is away');
  await page.keyboard.press('Enter');
  await shot('22-offline');
  await context.close();
}

async function signIn(page: Page, uid: string): Promise<void> {
  await page.getByTestId('login-uid').fill(uid);
  await page.getByTestId('login-password').fill(PASSWORD);
  await page.getByTestId('login-submit').click();
}

async function newBot(page: Page, framework: string, url: string): Promise<void> {
  await page.getByTestId('new-bot').first().click();
  await page.getByTestId('bot-name').fill(`${framework} bot`);
  await page.getByTestId('bot-framework').selectOption(framework);
  await page.getByTestId('bot-url').fill(url);
  await page.getByTestId('bot-create').click();
  await page.getByTestId('bot-snippet').first().waitFor();
}
