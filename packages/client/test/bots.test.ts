import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { until } from '../../../peers/lib/server.ts';
import type { BotClientState } from '../src/index.ts';
import { openWorld, valueOf, type World } from './support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

test('the owner hears how the program is connected as it changes, with the reason, and needs not ask', async () => {
  const { client } = await world.person('ann');
  const told: { state: BotClientState; code: string | undefined }[] = [];
  client.on('event', ({ type, data }) => {
    if (type !== 'botclient.state') return;
    const refusal = data['refusal'] as { code: string } | null;
    told.push({ state: data['state'] as BotClientState, code: refusal?.code });
  });
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => http.close(resolve));
  const made = valueOf(
    await client.api.createBot({ name: 'Echo', framework: 'nonebot', url: `ws://127.0.0.1:${port}/onebot/v11/ws` }),
  );
  await until('the state of a program that does not run', () => told.some((one) => one.code === 'remote.refused'));

  const program = new WebSocketServer({ host: '127.0.0.1', port });
  valueOf(await client.api.retryBotClient(made.bot.uid, made.client.id));
  await until('the state of a program that runs', () => told.some((one) => one.state === 'connected'));
  for (const socket of program.clients) socket.terminate();
  program.close();
  await until('the state of a program that ended', () => told.at(-1)?.state === 'waiting');
});

test('a new token comes with what to paste', async () => {
  const { client } = await world.person('ann');
  for (const framework of ['nonebot', 'koishi', 'aiocqhttp'] as const) {
    const made = valueOf(await client.api.createBot({ name: framework, framework }));
    assert.ok(made.snippets[0]?.files.some((file) => file.content.includes(made.token)));
    const changed = valueOf(await client.api.changeBotClient(made.bot.uid, made.client.id, { rotate: true }));
    const [snippet] = changed.snippets ?? [];
    assert.equal(snippet?.framework, framework);
    assert.notEqual(changed.token, made.token);
    assert.ok(snippet?.files.some((file) => file.content.includes(changed.token ?? '')));
    assert.ok(snippet?.steps.every((step) => step.zh !== '' && step.en !== ''));
  }
});
