import { createServer, type Server } from 'node:http';
import { WebSocketServer } from 'ws';
import { type Client, createClient, encodePayload } from '@hufu/client';
import { ADMIN_SECRET, admin, call, startServer, type TestServer, until } from '../../../peers/lib/server.ts';
import { pngOf } from './png.ts';

export const PASSWORD = 'a long sentence of alice';

/** A real server with people, groups, pictures, and programs that take or refuse our connection. */
export interface Scene {
  readonly server: TestServer;
  readonly groupId: string;
  /** Addresses of a program that takes every connection and of one that answers 403. */
  readonly takingUrl: string;
  readonly refusingUrl: string;
  /** Bob, who can be told to write at any time. */
  readonly bob: Client;
  close(): Promise<void>;
}

const PEOPLE = [
  ['alice', 'Alice'],
  ['bob', 'Bob 鲍勃'],
  ['carol', 'Carol Wolfeschlegelsteinhausenbergerdorff the Younger'],
  ['dan', '丹'],
] as const;

export async function playScene(): Promise<Scene> {
  const server = await startServer();
  for (const [uid, name] of PEOPLE)
    await call(server, '/api/v1/users', { authorization: `Bearer ${ADMIN_SECRET}` }, { uid, name, password: PASSWORD });
  const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((uid) => signIn(server, uid)));
  if (alice === undefined || bob === undefined || carol === undefined) throw new Error('nobody signed in');
  await admin(server, '/channel/whitelist_add', { channel_id: 'dan', channel_type: 1, uids: ['alice'] });
  await admin(server, '/channel/whitelist_add', { channel_id: 'alice', channel_type: 1, uids: ['dan'] });

  const programs = await Promise.all([startProgram(true), startProgram(false)]);
  const [good, bad] = programs;
  const weather = need(await alice.api.createBot({ name: 'Weather bot', framework: 'nonebot', url: good.url }));
  await until('the good program to be connected', async () => {
    const bots = await alice.api.bots();
    return bots.ok && bots.value[0]?.clients[0]?.state === 'connected';
  });
  need(await alice.api.createBot({ name: 'Stubborn bot', framework: 'nonebot', url: bad.url }));
  need(await alice.api.createBot({ name: 'Sleeping bot', framework: 'aiocqhttp', url: `ws://127.0.0.1:${good.port + 1}/ws` }));

  const group = need(await alice.api.createGroup('Saturday hike 周六爬山', ['bob', 'carol', weather.bot.uid]));
  const hike = { channelId: group.channelId, channelType: 2 };
  let number = 0;
  const say = async (who: Client, content: string, more: object = {}) =>
    need(await who.send(hike, { type: 1, content, ...more }, `scene-${number++}`));
  for (let index = 1; index <= 120; index += 1)
    await say(index % 3 === 0 ? carol : bob, `Earlier talk, message ${index}: ${'lorem ipsum dolor '.repeat((index % 5) + 1)}`);
  await say(bob, 'Morning! Did anyone see the forecast for Saturday?');
  await say(bob, '我们还去爬山吗？天气预报说周末可能有雨，不过上午应该是晴天，大家可以早一点出发。');
  await say(
    alice,
    'Let us ask. See https://example.org/trails/a-very-long-path/that-goes-on-and-on/for-the-route?with=a&query=string#and-a-fragment\nand the map.',
  );
  const asked = await say(alice, '@Weather bot Saturday?', { mention: { uids: [weather.bot.uid] } });
  await sayAs(server, weather.bot.uid, hike.channelId, {
    type: 1,
    content: '@Alice Sunny, 21°, light wind from the east.',
    mention: { uids: ['alice'] },
    reply: {
      message_id: asked.messageId,
      from_uid: 'alice',
      from_name: 'Alice',
      payload: { type: 1, content: '@Weather bot Saturday?' },
    },
  });
  for (const [who, name, width, height] of [
    [bob, 'wide.png', 1600, 500],
    [alice, 'tall.png', 300, 900],
  ] as const) {
    const file = need(await who.api.upload(new Blob([pngOf(width, height)], { type: 'image/png' }), name));
    await who.send(hike, { type: 2, url: file.url, width: file.width, height: file.height }, `scene-${number++}`);
  }
  await say(carol, 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3));
  await say(bob, 'Then it is decided.');
  await bob.send({ channelId: 'alice', channelType: 1 }, { type: 1, content: 'Are you bringing the tent?' }, 'scene-private-1');
  await bob.send({ channelId: 'alice', channelType: 1 }, { type: 1, content: '还是我带？' }, 'scene-private-2');
  await carol.logout();
  await alice.logout();
  return {
    server,
    groupId: group.channelId,
    takingUrl: good.url,
    refusingUrl: bad.url,
    bob,
    async close() {
      await bob.logout();
      for (const program of programs) program.close();
      await server.close();
    },
  };
}

async function signIn(server: TestServer, uid: string): Promise<Client> {
  const client = createClient({ baseUrl: server.ready.http, deviceId: `scene-${uid}` });
  need(await client.login(uid, PASSWORD));
  await until(`${uid} to be connected`, () => client.liveState().status === 'connected');
  return client;
}

async function sayAs(server: TestServer, uid: string, channelId: string, payload: Record<string, unknown>): Promise<void> {
  await admin(server, '/message/send', {
    from_uid: uid,
    channel_id: channelId,
    channel_type: 2,
    payload: encodePayload(payload),
  });
}

function need<T>(answer: { ok: true; value: T } | { ok: false; refusal: { code: string } }): T {
  if (!answer.ok) throw new Error(answer.refusal.code);
  return answer.value;
}

/** A OneBot program in small: takes every connection on NoneBot's path, or answers 403 as NoneBot does to a wrong token. */
async function startProgram(takes: boolean): Promise<{ url: string; port: number; close(): void }> {
  const http: Server = createServer((request, response) => {
    response.writeHead(request.url?.startsWith('/onebot/v11/') ? 405 : 404).end();
  });
  const sockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (takes) sockets.handleUpgrade(request, socket, head, () => undefined);
    else socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `ws://127.0.0.1:${port}/onebot/v11/ws`,
    port,
    close() {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      http.close();
    },
  };
}
