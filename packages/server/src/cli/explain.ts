import { type Explanation, explanationText } from './explanation-text.ts';
import { askServer } from './control-client.ts';

const WORDS = {
  en: {
    noId: (text: string) => `"${text}" is no request id; one looks like hr_01J…`,
    noServer: (dataDir: string, why: string) =>
      `No server answers for the data folder ${dataDir} (${why}). Start it, or name its folder with --data-dir.`,
    unknown: (id: string) =>
      `No decision with the id ${id} is kept here: it is older than 30 days, of another server, or mistyped.`,
  },
  zh: {
    noId: (text: string) => `“${text}”不是请求编号；请求编号形如 hr_01J…`,
    noServer: (dataDir: string, why: string) =>
      `数据目录 ${dataDir} 没有正在运行的服务器（${why}）。请先启动，或用 --data-dir 指定它的目录。`,
    unknown: (id: string) => `这里没有编号为 ${id} 的记录：可能已超过 30 天、属于另一台服务器，或写错了。`,
  },
} as const;

/** `hufu explain <request id>`: the whole decision, for whoever holds the data folder. Exit code 0 found, 1 unknown id, 3 no server. */
export async function explain(
  requestId: string,
  options: { dataDir: string; json: boolean; lang: 'zh' | 'en' },
): Promise<number> {
  const say = (text: string) => process.stderr.write(`${text.replace(/\p{Cc}/gu, '�')}\n`);
  const words = WORDS[options.lang];
  if (!/^hr_[0-9A-Za-z]{10,40}$/.test(requestId)) {
    say(words.noId(requestId.slice(0, 60)));
    return 1;
  }
  const answer = await askServer(options.dataDir, `/requests/${requestId}`).catch((error: unknown) => {
    say(words.noServer(options.dataDir, error instanceof Error ? error.message : String(error)));
    return null;
  });
  if (answer === null) return 3;
  if (answer.status !== 200 || !isExplanation(answer.body)) {
    say(words.unknown(requestId));
    return 1;
  }
  process.stdout.write(options.json ? `${JSON.stringify(answer.body, null, 2)}\n` : explanationText(answer.body, options.lang));
  return 0;
}

function isExplanation(body: unknown): body is Explanation {
  return typeof body === 'object' && body !== null && 'requestId' in body && 'text' in body;
}
