import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { installed, type Program, startProgram, stopPrograms } from '../lib/program.ts';
import { admin, startServer, type TestServer, until } from '../lib/server.ts';

const YAML = `
bots:
  - {uid: "20001", name: Bot A, clients: [{name: nb, kind: forward, token: T1}]}
`;

/** NoneBot that dials: no listener of its own, the addresses in its settings. */
function startNoneBot(server: TestServer, token: string, ready: RegExp): Promise<Program> {
  const env = `DRIVER=~websockets
ONEBOT_WS_URLS=["${server.ready.onebotWs}/"]
ONEBOT_ACCESS_TOKEN="${token}"
LOG_LEVEL=DEBUG
`;
  const bot = `import nonebot
from nonebot import on_message
from nonebot.adapters.onebot.v11 import Adapter, MessageEvent, MessageSegment
from nonebot.rule import to_me

nonebot.init()
nonebot.get_driver().register_adapter(Adapter)
answer = on_message(rule=to_me())


@answer.handle()
async def reply(event: MessageEvent):
    quoted = "nothing" if event.reply is None else event.reply.message.extract_plain_text()
    await answer.finish(MessageSegment.reply(event.message_id) + f"heard {event.get_plaintext().strip()} about {quoted}")


nonebot.run()
`;
  return startProgram({
    name: 'NoneBot',
    files: [
      { path: '.env', content: env },
      { path: 'bot.py', content: bot },
    ],
    command: installed('HUFU_PEERS_PYTHON'),
    args: ['bot.py'],
    ready,
  });
}

describe('an unmodified NoneBot that dials the server', { timeout: 120_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startServer({ yaml: YAML });
    await admin(server, '/user/token', { uid: '10001', token: 'x', device_flag: 1, device_level: 1, name: 'Ann' });
    const group = { channel_id: '30001', channel_type: 2 };
    await admin(server, '/channel', { ...group, name: 'ops', owner: '10001', subscribers: ['10001', '20001'] });
  });
  after(async () => {
    await stopPrograms();
    await server.close();
  });

  const say = async (payload: object): Promise<number> => {
    const message = { from_uid: '10001', channel_id: '30001', channel_type: 2 };
    const body = { ...message, payload: Buffer.from(JSON.stringify(payload)).toString('base64') };
    const { data } = (await admin(server, '/message/send', body)).body as { data: { message_id: number } };
    return data.message_id;
  };
  const lastOfBot = async () => {
    const page = { channel_id: '30001', channel_type: 2, start_message_seq: 0, end_message_seq: 0, limit: 1, pull_mode: 1 };
    const { messages } = (await admin(server, '/channel/messagesync', { login_uid: '10001', ...page })).body as {
      messages: { from_uid: string; payload: string }[];
    };
    const last = messages.at(-1);
    if (last?.from_uid !== '20001') return null;
    return JSON.parse(Buffer.from(last.payload, 'base64').toString()) as Record<string, unknown>;
  };

  it('is addressed by an at, by a reply to its own message, and by nothing else', async () => {
    await startNoneBot(server, 'T1', /Bot 20001 connected/);
    await say({ type: 1, content: 'not for the bot' });
    const question = await say({ type: 1, content: '@Bot A what', mention: { uids: ['20001'] } });
    const first = await until('the first answer', lastOfBot);
    assert.equal(first.content, 'heard what about nothing');
    assert.equal((first.reply as { message_id: string }).message_id, String(question));

    // NoneBot asks get_msg who is quoted: its own message addresses it.
    const own = question + 1;
    await say({ type: 1, content: 'again', reply: { message_id: String(own), from_uid: '20001' } });
    const second = await until('the second answer', lastOfBot);
    assert.equal(second.content, 'heard again about heard what about nothing');
    await stopPrograms();
  });

  it('with a wrong token is told so before the upgrade', async () => {
    const nonebot = await startNoneBot(server, 'wrong', /HTTP 403/);
    assert.match(nonebot.output(), /HTTP 403/);
    await stopPrograms();
  });
});
