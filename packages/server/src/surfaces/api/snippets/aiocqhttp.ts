import { PYTHON_ENVIRONMENT } from './python.ts';
import { listenAt, type Snippet, type SnippetInput } from './snippet.ts';

/**
 * aiocqhttp listens at /ws, /ws/api and /ws/event. `message_class` is needed: without it `event.message` is the bare list of segments.
 * The answer is an explicit `send`: aiocqhttp does not report what became of a returned `{"reply": …}`.
 */
export function aiocqhttpSnippet({ token, url }: SnippetInput): Snippet {
  const { host, port } = listenAt(url);
  const bot = `from aiocqhttp import CQHttp, Event, Message

bot = CQHttp(access_token="${token}", message_class=Message)


@bot.on_message
async def answer_ping(event: Event):
    if event.message.extract_plain_text().strip() == "ping":
        await bot.send(event, "pong")


bot.run(host="${host}", port=${port})
`;
  return {
    framework: 'aiocqhttp',
    files: [{ path: 'bot.py', content: bot }],
    steps: [
      PYTHON_ENVIRONMENT,
      { zh: '安装', en: 'Install', command: 'pip install aiocqhttp==1.4.4' },
      { zh: '把 bot.py 放进这个文件夹', en: 'Put bot.py into the folder' },
      { zh: '在该文件夹运行', en: 'Run it there', command: 'python bot.py' },
      { zh: '给机器人发送 ping，它会回复 pong', en: 'Send ping to the bot; it answers pong' },
    ],
  };
}
