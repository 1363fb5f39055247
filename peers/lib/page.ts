import type { Browser, Locator, Page } from 'playwright-core';
import { en } from '../../packages/web/src/i18n/en.ts';
import { zh } from '../../packages/web/src/i18n/zh.ts';
import type { SnippetFile } from './program.ts';
import { ADMIN_SECRET, until } from './server.ts';

const WORDS = { en, zh };
type Language = keyof typeof WORDS;
const WAIT_MS = 20_000;

export interface BotInPage {
  readonly name: string;
  /** As the copy buttons put them on the clipboard. */
  readonly files: readonly SnippetFile[];
  /** The steps below the files. */
  readonly steps: readonly string[];
}

/** A message as the open conversation shows it. */
export interface Bubble {
  readonly from: string;
  readonly seq: number;
  readonly text: string;
  /** Natural width in pixels of each picture; 0 = not loaded. */
  readonly pictures: readonly number[];
}

/** One person with a browser of their own, who does everything through what the page shows. */
export type PagePerson = Awaited<ReturnType<typeof openPage>>;

/** `address` = origin of the server. */
export async function openPage(browser: Browser, address: string, language: Language = 'en') {
  const context = await browser.newContext({
    locale: language === 'zh' ? 'zh-CN' : 'en-US',
    viewport: { width: 1280, height: 800 },
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: address });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const errors: string[] = [];
  let loads = 0;
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (line) => {
    // Refused and lost requests are written to the console by the browser itself.
    if (line.type() === 'error' && !/Failed to load resource|WebSocket connection to/.test(line.text())) errors.push(line.text());
  });
  page.on('load', () => (loads += 1));
  let words: (typeof WORDS)[Language] = WORDS[language];
  const button = (name: string, within: Page | Locator = page) => within.getByRole('button', { name, exact: true }).first();
  const field = (name: string, within: Page | Locator = page) => within.getByLabel(name, { exact: true });
  const dialog = page.getByRole('dialog');
  const rail = (place: 'chats' | 'bots' | 'refusals') =>
    page.getByRole('navigation').getByRole('link', { name: words.rail[place] });
  const botCard = (name: string) => page.getByRole('article').filter({ hasText: name });

  const person = {
    page,
    /** What the page's own script complained of. */
    errors,
    /** How often the document was loaded. */
    loads: () => loads,
    /** Opens the link of the server's first start and makes the account there. */
    async signUp(uid: string, password = 'password-of-the-test', secret = ADMIN_SECRET): Promise<void> {
      await page.goto(`${address}/welcome#secret=${secret}`);
      await field(words.field.uid).fill(uid);
      await field(words.field.name).fill(uid);
      await field(words.field.password).fill(password);
      await button(words.welcome.submit).click();
      await button(words.chats.newGroup).waitFor();
    },
    async signIn(uid: string, password = 'password-of-the-test'): Promise<void> {
      await page.goto(`${address}/sign-in`);
      await field(words.field.uid).fill(uid);
      await field(words.field.password).fill(password);
      await button(words.signIn.submit).click();
      await button(words.chats.newGroup).waitFor();
    },
    /** Presses "New bot" in the chats and copies what the dialog offers; the dialog stays open. */
    async newBot(name: string, url: string, framework = 'nonebot'): Promise<BotInPage> {
      await rail('chats').click();
      await button(words.bots.newBot).click();
      await field(words.bots.name, dialog).fill(name);
      await dialog.getByRole('combobox', { name: words.bots.framework }).selectOption(framework);
      await field(words.bots.url, dialog).fill(url);
      await button(words.bots.create, dialog).click();
      const blocks = dialog.locator('figure');
      await blocks.first().waitFor();
      const files: SnippetFile[] = [];
      for (const block of await blocks.all()) {
        await block.getByRole('button').click();
        const content = await page.evaluate<string>('navigator.clipboard.readText()');
        files.push({ path: (await block.locator('figcaption code').textContent())?.trim() ?? '', content });
      }
      return { name, files, steps: await dialog.getByRole('listitem').allInnerTexts() };
    },
    /** Waits for a word of the open dialog's state line, e.g. "connected". */
    dialogShows: (state: keyof typeof en.bots.state) =>
      dialog.getByText(words.bots.state[state]).first().waitFor({ timeout: 40_000 }),
    async closeDialog(): Promise<void> {
      await button(words.close, dialog).click();
      await dialog.waitFor({ state: 'detached' });
    },
    /** The state line of a bot in the list of bots. */
    botShows: (name: string, state: keyof typeof en.bots.state) =>
      botCard(name).getByText(words.bots.state[state]).first().waitFor({ timeout: 40_000 }),
    async dialNow(name: string): Promise<void> {
      await rail('bots').click();
      await button(words.bots.retry, botCard(name)).click();
    },
    async changeAddress(name: string, url: string): Promise<void> {
      await rail('bots').click();
      await button(words.bots.editUrl, botCard(name)).click();
      await field(words.bots.url, botCard(name)).fill(url);
      await button(words.bots.save, botCard(name)).click();
    },
    /** In the list of refusals: the row of this request id ('' = the newest) with this title. */
    async openRefusal(requestId: string, title: string): Promise<void> {
      await page
        .getByRole('link', { name: title })
        .and(page.locator(`a[href*="/refusals/${requestId}"]`))
        .first()
        .click();
    },
    /** From the dialog of a new bot to the conversation with it; answers the bot's uid. */
    async writeToNewBot(): Promise<string> {
      await button(words.bots.chat, dialog).click();
      await page.waitForURL(/\/chats\/1\//);
      return decodeURIComponent(new URL(page.url()).pathname.split('/').pop() ?? '');
    },
    async newGroup(name: string, member: string): Promise<string> {
      await button(words.chats.newGroup).click();
      await field(words.group.name, dialog).fill(name);
      await dialog.getByRole('checkbox', { name: member }).check();
      await button(words.group.create, dialog).click();
      await page.waitForURL(/\/chats\/2\//);
      return decodeURIComponent(new URL(page.url()).pathname.split('/').pop() ?? '');
    },
    async say(text: string): Promise<void> {
      await field(words.chats.draft).fill(text);
      await page.keyboard.press('Enter');
    },
    async sendPicture(file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
      const chooser = page.waitForEvent('filechooser');
      await button(words.chats.addImage).click();
      await (await chooser).setFiles(file);
    },
    bubbles: () => page.evaluate<readonly Bubble[]>(READ_BUBBLES),
    heard: (what: (bubble: Bubble) => boolean, timeoutMs = WAIT_MS): Promise<Bubble> =>
      until('the message in the page', async () => (await person.bubbles()).find(what), timeoutMs),
    async speak(next: Language): Promise<void> {
      if (words === WORDS[next]) return;
      await button(words.rail.language).click();
      words = WORDS[next];
      await rail('chats').waitFor();
    },
    async goTo(place: 'chats' | 'bots' | 'refusals'): Promise<void> {
      await rail(place).click();
    },
    /** Types a request id into the look-up of the refusals; answers what the page then says of it. */
    async lookUp(requestId: string): Promise<string> {
      await rail('refusals').click();
      await field(words.refusal.look).fill(requestId);
      await page.keyboard.press('Enter');
      const card = page.getByTestId('refusal-card').filter({ hasText: requestId });
      await card.waitFor();
      await page.waitForLoadState('networkidle');
      return (await card.textContent()) ?? '';
    },
    /** The text of the first refusal card that holds this code. */
    async card(code: string): Promise<string> {
      const card = page.getByTestId('refusal-card').filter({ hasText: code }).filter({ hasText: words.refusal.fix }).first();
      await card.waitFor({ timeout: 40_000 }).catch(async () => {
        const shown = await page.getByTestId('refusal-card').allTextContents();
        throw new Error(`no refusal card of ${code}; the page shows ${JSON.stringify(shown)}`);
      });
      return (await card.textContent()) ?? '';
    },
    /** A picture of the page into the folder HUFU_SHOTS, for whoever wants to look. */
    async shot(name: string): Promise<void> {
      const folder = process.env.HUFU_SHOTS;
      if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
    },
    close: () => context.close(),
  };
  return person;
}

const READ_BUBBLES = `[...document.querySelectorAll('[role="log"] [data-testid="message"]')].map((one) => ({
  from: one.dataset.from ?? '',
  seq: Number(one.dataset.seq),
  text: one.querySelector('.words')?.textContent ?? '',
  pictures: [...one.querySelectorAll('img')].map((image) => (image.complete ? image.naturalWidth : 0)),
}))`;
