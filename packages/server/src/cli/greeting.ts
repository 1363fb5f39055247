import type { RunningServer } from '../app/lifecycle.ts';

const WORDS = {
  en: {
    ready: 'is ready.',
    page: 'Page and API',
    off: 'off',
    account: 'Make your account',
    secret: 'The admin secret is what follows "secret=". It is shown this once: keep it.',
    weak: 'Warning: the admin secret is easy to guess, being shorter than 16 characters or of fewer than 6 different ones; set HUFU_ADMIN_SECRET to a long random one, such as "openssl rand -hex 16" prints.',
    next: 'Then press "New bot" and run the snippet it shows.',
  },
  zh: {
    ready: '已就绪。',
    page: '网页与接口',
    off: '关闭',
    account: '创建你的账号',
    secret: '“secret=”之后就是管理密钥，只显示这一次，请保存好。',
    weak: '警告：管理密钥容易被猜中（不足 16 个字符，或不同的字符不足 6 个），请把 HUFU_ADMIN_SECRET 换成一段长的随机字符，例如 openssl rand -hex 16 的输出。',
    next: '然后点“新建机器人”，运行它给出的代码。',
  },
} as const;

/** The one line on stdout for programs (`HUFU_READY=json`). */
export function readyLine({ places }: RunningServer, version: string): string {
  return `${JSON.stringify({ event: 'ready', pid: process.pid, version, ...places })}\n`;
}

/** What a person reads at the start: where things are, on the first one the admin secret and what to do with it, and that a given one is weak. */
export function greeting({ places, pageUrl, firstSecret, core }: RunningServer, version: string, lang: 'zh' | 'en'): string {
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
  if (core.adminSecret.isWeak) lines.push('', `  ${words.weak}`);
  return `${lines.join('\n')}\n`;
}
