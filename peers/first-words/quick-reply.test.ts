import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAiocqhttp } from '../lib/aiocqhttp.ts';
import { explain } from '../lib/explain.ts';
import { type Friend, newFriend } from '../lib/friend.ts';
import { freePort } from '../lib/free-port.ts';
import { newPerson } from '../lib/person.ts';
import { stopPrograms } from '../lib/program.ts';
import { call, startServer, type TestServer, until } from '../lib/server.ts';

/** The first handler is the example of aiocqhttp's own README. */
const BOT = (token: string, port: number) => `from aiocqhttp import CQHttp, Event

bot = CQHttp(access_token="${token}")


@bot.on_message('private')
async def _(event: Event):
    await bot.send(event, '你发了：')
    return {'reply': event.message}


@bot.on_message('group')
async def _(event: Event):
    if event.raw_message == 'ping':
        return {'reply': 'pong', 'at_sender': True}
    if event.raw_message == 'kick me':
        return {'reply': 'bye', 'kick': True}


bot.run(host='127.0.0.1', port=${port})
`;

describe('what a handler of aiocqhttp returns', { timeout: 120_000 }, () => {
  let server: TestServer;
  let ann: Friend;
  let headers: Record<string, string>;
  let bot = '';
  before(async () => {
    server = await startServer();
    ann = await newFriend(server, 'ann');
    ({ headers } = await newPerson(server, 'ann'));
    const port = await freePort();
    const url = `ws://127.0.0.1:${port}/ws`;
    const { body } = await call(server, '/api/v1/bots', headers, { name: 'Aio', framework: 'aiocqhttp', url });
    bot = (body['bot'] as { uid: string }).uid;
    await startAiocqhttp([{ path: 'bot.py', content: BOT(String(body['token']), port) }]);
    await until('the bot to be connected', async () => {
      const listed = await call(server, '/api/v1/bots', headers);
      return JSON.stringify(listed.body).includes('"state":"connected"');
    });
  });
  after(async () => {
    ann?.client.detach();
    await stopPrograms();
    await server?.close();
  });

  it('is the answer in the private chat, after what the handler itself has sent', async () => {
    await ann.say(bot, 1, { type: 1, content: 'hello [x], 😀' });
    const answer = await until('the quick reply', async () => {
      const heard = (await ann.messages(bot, 1)).filter((one) => one.fromUid === bot);
      return heard.length === 2 ? heard.map((one) => one.payload?.['content']) : null;
    });
    assert.deepEqual(answer, ['你发了：', 'hello [x], 😀']);
  });

  it('is the answer in the group, with an at of the sender when it asks for one', async () => {
    const group = await ann.newGroup('Court', [bot]);
    await ann.say(group, 2, { type: 1, content: 'ping' });
    const { payload } = await ann.heard(group, 2, '@ann pong');
    assert.deepEqual(payload?.['mention'], { uids: ['ann'] });
  });

  it('is told to the owner when it cannot be done, since aiocqhttp swallows the answer', async () => {
    const group = await ann.newGroup('Yard', [bot]);
    await ann.say(group, 2, { type: 1, content: 'kick me' });
    const requestId = await until('the refusal in the list', async () => {
      const { body } = await call(server, '/api/v1/refusals', headers);
      const rows = body['refusals'] as { requestId: string; code: string }[];
      return rows.find((one) => one.code === 'onebot.action_unknown')?.requestId;
    });
    const text = await explain(server, requestId, 'en');
    for (const part of ['onebot.action_unknown', '.handle_quick_operation_async', 'operation.kick: set_group_kick', bot])
      assert.ok(text.includes(part), `${part} is not in ${text}`);
    assert.ok((await ann.messages(group, 2)).every((one) => one.fromUid !== bot));
  });
});
