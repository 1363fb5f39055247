import { listenAt, type Snippet, type SnippetInput } from './snippet.ts';

/** aiocqhttp listens at /ws, /ws/api and /ws/event. */
export function aiocqhttpSnippet({ token, url }: SnippetInput): Snippet {
  const { host, port } = listenAt(url);
  const bot = `from aiocqhttp import CQHttp, Event

bot = CQHttp(access_token="${token}")


@bot.on_message
async def answer_ping(event: Event):
    if str(event.message).strip() == "ping":
        return {"reply": "pong"}


bot.run(host="${host}", port=${port})
`;
  return {
    framework: 'aiocqhttp',
    files: [{ path: 'bot.py', content: bot }],
    steps: [
      { zh: '安装：pip install aiocqhttp', en: 'Install: pip install aiocqhttp' },
      { zh: '运行：python bot.py', en: 'Run: python bot.py' },
      { zh: '给机器人发送 ping，它会回复 pong', en: 'Send ping to the bot; it answers pong' },
    ],
  };
}
