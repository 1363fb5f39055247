import { PYTHON_ENVIRONMENT } from './python.ts';
import { listenAt, type Snippet, type SnippetInput } from './snippet.ts';

/** A PNG of 98 bytes: the two halves of a tally. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAADAAAAAwAQMAAABtzGvEAAAABlBMVEX69u7IPCOukt8zAAAAF0lEQVR42mNgwAOY//+r/39glEKn8AAAI2mpsclV93cAAAAASUVORK5CYII=';

/** NoneBot with the FastAPI driver. The token is quoted: nonebot2 reads unquoted values as JSON, and a number is no token. */
export function nonebotSnippet({ token, url }: SnippetInput): Snippet {
  const { host, port } = listenAt(url);
  const env = `DRIVER=~fastapi
HOST=${host}
PORT=${port}
ONEBOT_ACCESS_TOKEN="${token}"
`;
  const bot = `import nonebot
from nonebot import on_message
from nonebot.adapters.onebot.v11 import Adapter, MessageEvent, MessageSegment

nonebot.init()
nonebot.get_driver().register_adapter(Adapter)
nonebot.load_builtin_plugin("echo")

PICTURE = "base64://${PICTURE}"
answer = on_message(priority=10, block=False)


@answer.handle()
async def reply(event: MessageEvent):
    words = event.get_plaintext().strip()
    if words == "ping":
        await answer.finish("pong")
    if words == "picture":
        await answer.finish(MessageSegment.image(PICTURE))


if __name__ == "__main__":
    nonebot.run()
`;
  return {
    framework: 'nonebot',
    files: [
      { path: '.env', content: env },
      { path: 'bot.py', content: bot },
    ],
    steps: [
      PYTHON_ENVIRONMENT,
      { zh: '安装', en: 'Install', command: 'pip install "nonebot2[fastapi]==2.5.0" "nonebot-adapter-onebot==2.4.6"' },
      { zh: '把 .env 和 bot.py 放进这个文件夹', en: 'Put .env and bot.py into the folder' },
      { zh: '在该文件夹运行', en: 'Run it there', command: 'python bot.py' },
      {
        zh: '给机器人发送 ping，它会回复 pong；发送 picture，它会回复一张图片',
        en: 'Send ping to the bot, it answers pong; send picture, it answers with one',
      },
    ],
  };
}
