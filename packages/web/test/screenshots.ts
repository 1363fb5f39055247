/** Takes pictures of the built page against canned data: `node packages/web/test/screenshots.ts <folder> [zh|en] [dark]`. Chromium from CHROMIUM or /usr/bin/chromium. */
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Problem, startStandIn } from './stand-in.ts';

const [folder = '.', language = 'en', scheme = 'light'] = process.argv.slice(2);
const server = await startStandIn(join(import.meta.dirname, '../dist'));
const now = Date.now();
const text = (seq: number, fromUid: string, content: string, more: object = {}): object => ({
  messageId: String(seq),
  messageSeq: seq,
  fromUid,
  fromName: { alice: 'Alice', bob: 'Bob 鲍勃', '20001': 'Weather bot' }[fromUid] ?? fromUid,
  channelId: 'g1',
  channelType: 2,
  clientMsgNo: `c${seq}`,
  timestampMs: now - (12 - seq) * 90_000,
  payload: { type: 1, content, ...more },
});
const messages = [
  text(1, 'bob', 'Morning! Did anyone see the forecast for Saturday?'),
  text(2, 'bob', '我们还去爬山吗？'),
  text(3, 'alice', 'Let us ask. See https://example.org/trails for the route\nand the map.'),
  text(4, 'alice', '@Weather bot Saturday?', { mention: { uids: ['20001'] } }),
  text(5, '20001', '@Alice Sunny, 21°, light wind from the east.', { mention: { uids: ['alice'] }, reply: { message_id: '4' } }),
  text(6, '20001', '', { type: 2, url: '/icon.svg', width: 200, height: 200 }),
  text(7, 'bob', 'Then it is decided.'),
];
const refused = {
  id: 'c1',
  name: 'nonebot',
  kind: 'reverse',
  url: 'ws://127.0.0.1:8080/onebot/v11/ws',
  state: 'refused',
  since: null,
  refusal: { requestId: 'q7f3k2m9', code: 'remote.token_rejected' },
};
const good = { ...refused, id: 'c2', name: 'main', state: 'connected', since: new Date(now).toISOString(), refusal: null };
const words = {
  title: 'Your program refused the token',
  meaning: 'The server reached NoneBot, and NoneBot answered 403: the access token it expects is another one.',
  check: 'ONEBOT_ACCESS_TOKEN in the .env file of the project that was started.',
  fix: 'Put the token of the snippet into .env and start the program again; or use "Use the token of my program" here.',
};
const { routes } = server;
routes.set('GET /me', () => ({ uid: 'alice', name: 'Alice', kind: 'person', numericId: 10001 }));
routes.set('GET /conversations', () => ({
  conversations: [
    {
      channelId: 'g1',
      channelType: 2,
      name: 'Saturday hike 周六爬山',
      avatar: null,
      unread: 2,
      lastSeq: 7,
      readSeq: 5,
      last: messages[6],
      isBot: false,
      members: 3,
    },
    {
      channelId: '20001',
      channelType: 1,
      name: 'Weather bot',
      avatar: null,
      unread: 0,
      lastSeq: 6,
      readSeq: 6,
      last: messages[4],
      isBot: true,
    },
  ],
}));
routes.set('GET /contacts', () => ({
  users: [
    { uid: 'bob', name: 'Bob 鲍勃', kind: 'person' },
    { uid: '20001', name: 'Weather bot', kind: 'bot' },
  ],
}));
routes.set('GET /messages', () => ({ messages, more: false }));
routes.set('POST /read', () => ({}));
routes.set('GET /groups/g1/members', () => ({
  members: [
    { uid: 'alice', name: 'Alice', role: 'owner', kind: 'person' },
    { uid: 'bob', name: 'Bob 鲍勃', role: 'member', kind: 'person' },
    { uid: '20001', name: 'Weather bot', role: 'member', kind: 'bot' },
  ],
}));
routes.set('GET /bots', () => ({ bots: [{ uid: '20001', name: 'Weather bot', numericId: 20001, clients: [good, refused] }] }));
routes.set('POST /bots', () => ({
  bot: { uid: '20001', name: 'Weather bot', numericId: 20001, clients: [refused] },
  client: refused,
  token: 't',
  snippets: [
    {
      framework: 'nonebot',
      files: [
        { path: '.env', content: 'DRIVER=~fastapi\nHOST=127.0.0.1\nPORT=8080\nONEBOT_ACCESS_TOKEN=hb_4kT9x2Qw7s\n' },
        {
          path: 'bot.py',
          content:
            'import nonebot\nfrom nonebot.adapters.onebot.v11 import Adapter\n\nnonebot.init()\nnonebot.get_driver().register_adapter(Adapter)\nnonebot.run()\n',
        },
      ],
      steps: ['pip install "nonebot2[fastapi]" nonebot-adapter-onebot', 'python bot.py'],
    },
  ],
}));
routes.set('GET /refusals', () => ({
  refusals: [
    {
      requestId: 'q7f3k2m9',
      code: 'remote.token_rejected',
      timeIso: new Date(now).toISOString(),
      surface: 'onebot',
      title: words.title,
    },
  ],
}));
routes.set('GET /requests/q7f3k2m9/explanation', () => ({
  requestId: 'q7f3k2m9',
  code: 'remote.token_rejected',
  publicCode: 'remote.token_rejected',
  timeIso: new Date(now).toISOString(),
  surface: 'onebot',
  peer: '127.0.0.1:8080',
  text: {
    en: words,
    zh: {
      title: '你的程序拒绝了令牌',
      meaning: '服务器连到了 NoneBot，它回答 403：它期待的是另一个令牌。',
      check: '启动的那个项目里 .env 的 ONEBOT_ACCESS_TOKEN。',
      fix: '把片段里的令牌写进 .env 并重新启动程序。',
    },
  },
  evidence: { httpStatus: 403, probe: 'POST /onebot/v11/http → 401' },
  claimed: { server: 'uvicorn' },
}));
routes.set('POST /users', () => new Problem(401, 'cred.rejected', 'The credential was not accepted.'));
server.onSend = (params) =>
  String(params['clientMsgNo']).endsWith('z')
    ? null
    : { error: { code: 11, message: 'You are muted in this group.', data: { reason: 'im.muted', requestId: 'q7f3k2m9' } } };

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
for (const [size, viewport] of [
  ['wide', { width: 1280, height: 800 }],
  ['phone', { width: 390, height: 844 }],
] as const) {
  const context = await browser.newContext({
    viewport,
    locale: language === 'zh' ? 'zh-CN' : 'en-US',
    colorScheme: scheme === 'dark' ? 'dark' : 'light',
  });
  const page = await context.newPage();
  page.on('console', (line) => line.type() !== 'info' && console.log(size, line.type(), line.text()));
  page.on('pageerror', (error) => console.log(size, 'error', error.message));
  const shot = async (name: string): Promise<void> => {
    await page.waitForTimeout(250);
    await page.screenshot({ path: join(folder, `${size}-${name}.png`) });
  };
  const id = (name: string) => page.getByTestId(name).first();
  await page.goto(`${server.url}/#hufu_admin_secret`);
  await id('welcome-uid').waitFor();
  console.log(size, 'address', page.url(), 'secret', await id('welcome-secret').inputValue());
  await shot('1-welcome');
  await page.goto(`${server.url}/sign-in`);
  await id('login-uid').fill('alice');
  await id('login-password').fill('wrong');
  await id('login-submit').click();
  await id('refusal-card').waitFor();
  await shot('2-sign-in');
  await id('login-password').fill('secret');
  await id('login-submit').click();
  await id('conversation-g1').waitFor();
  await shot('3-list');
  await id('new-bot').click();
  await id('bot-name').fill('Weather bot');
  await id('bot-create').click();
  await id('bot-snippet').waitFor();
  await shot('4-bot');
  await id('bot-done').click();
  await id('new-group').click();
  await id('group-member-bob').check();
  await shot('5-group');
  await page.keyboard.press('Escape');
  await id('conversation-g1').click();
  await id('message').waitFor();
  await shot('6-chat');
  await id('composer').fill('Can you hear me?');
  await page.keyboard.press('Enter');
  await id('refusal-card').waitFor();
  await shot('7-refused');
  await id('members-open').click();
  await shot('8-members');
  await page.goto(`${server.url}/bots`);
  await id('bot-state').waitFor();
  await shot('9-bots');
  await page.goto(`${server.url}/refusals/q7f3k2m9`);
  await id('refusal-fix').waitFor();
  await shot('10-refusal');
  await context.close();
}
await browser.close();
await server.close();
