import { startAiocqhttp } from './aiocqhttp.ts';
import { startKoishi } from './koishi.ts';
import { freePort } from './free-port.ts';

/** Address of a real Koishi whose adapter-onebot has these lines. */
export async function koishiWith(adapter: string): Promise<string> {
  const port = await freePort();
  const server = `  server:\n    host: 127.0.0.1\n    port: ${port}\n`;
  await startKoishi([{ path: 'koishi.yml', content: `plugins:\n  http: {}\n${server}  adapter-onebot:\n${adapter}` }]);
  return `ws://127.0.0.1:${port}`;
}

export const KOISHI_REVERSE = "    selfId: '10001'\n    protocol: ws-reverse\n    path: /onebot\n";

/** Address of a real aiocqhttp, made with these arguments. */
export async function aiocqhttpWith(args: string): Promise<string> {
  const port = await freePort();
  const lines = ['from aiocqhttp import CQHttp', `bot = CQHttp(${args})`, `bot.run(host='127.0.0.1', port=${port})`];
  await startAiocqhttp([{ path: 'bot.py', content: lines.join('\n') }]);
  return `ws://127.0.0.1:${port}`;
}
