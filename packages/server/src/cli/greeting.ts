import type { RunningServer } from '../app/lifecycle.ts';

const WORDS = {
  en: {
    ready: 'is ready.',
    page: 'Page and API',
    off: 'off',
    account: 'Make your account',
    secret: 'The admin secret is what follows "secret=". It is shown this once: keep it.',
    next: 'Then press "New bot" and run the snippet it shows.',
  },
  zh: {
    ready: '已就绪。',
    page: '网页与接口',
    off: '关闭',
    account: '创建你的账号',
    secret: '“secret=”之后就是管理密钥，只显示这一次，请保存好。',
    next: '然后点“新建机器人”，运行它给出的代码。',
  },
} as const;

/** The one line on stdout for programs (`HUFU_READY=json`). */
export function readyLine({ places }: RunningServer, version: string): string {
  return `${JSON.stringify({ event: 'ready', pid: process.pid, version, ...places })}\n`;
}

/** What a person reads at the start: where things are and, on the first one, the admin secret and what to do with it. */
export function greeting({ places, pageUrl, firstSecret }: RunningServer, version: string, lang: 'zh' | 'en'): string {
  const words = WORDS[lang];
  const lines = [
    `Hufu ${version} ${words.ready}`,
    `  ${words.page.padEnd(13)} ${pageUrl}`,
    `  WKProto       tcp ${places.tcp ?? words.off}   ${places.ws ?? words.off}`,
    `  OneBot        ${places.onebotWs ?? words.off}   ${pageUrl.replace(/^http/, 'ws')}/onebot/v11/`,
  ];
  // The secret stands once, in the link that one click follows.
  if (firstSecret !== null)
    lines.push('', `  ${words.account}: ${pageUrl}/welcome#secret=${firstSecret}`, `  ${words.secret}`, `  ${words.next}`);
  return `${lines.join('\n')}\n`;
}
