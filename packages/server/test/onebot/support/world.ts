import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { createLocalBus } from '../../../src/bus/local.ts';
import type { BotClient, Channel, ChannelState, User } from '../../../src/domain/model.ts';
import { ok, refuse } from '../../../src/kernel/outcome.ts';
import type { Log } from '../../../src/kernel/log.ts';
import { AppendQueue } from '../../../src/runtime/append-queue.ts';
import { DeliveryLoop } from '../../../src/runtime/delivery.ts';
import { Hub } from '../../../src/runtime/hub.ts';
import { sendMessage } from '../../../src/domain/messages/send-message.ts';
import { personChannelId } from '../../../src/domain/channels/channel-id.ts';
import {
  createOnebotSurface,
  type OnebotDeps,
  type OnebotRefusalSeen,
  type Verdict,
} from '../../../src/surfaces/onebot/index.ts';
import { channelOf, memberOf, MemoryLog, MemoryWorld, stateOf, userOf } from '../../support/memory-world.ts';

const START_MS = 1_767_225_600_000;
const silent: Log = { info: () => undefined, warn: () => undefined, error: (fields, text) => console.error(text, fields) };

/** Ann (10001) owns group ops (30001) with the bot (20001), and is its friend; Eve (10003) knows nobody. */
export async function onebotWorld(
  t: TestContext,
  patch: Partial<
    Pick<OnebotDeps, 'diagnose' | 'now' | 'authReply' | 'events' | 'ownAddresses' | 'openToken' | 'maxFrameBytes'>
  > = {},
) {
  const world = new MemoryWorld();
  const ann = userOf(1, 'ann', { name: 'Ann', numericId: 10001 });
  const bot = userOf(2, '20001', { kind: 'bot', name: 'Bot A', numericId: 20001 });
  const eve = userOf(3, 'eve', { name: 'Eve', numericId: 10003 });
  for (const user of [ann, bot, eve]) world.people.set(user.uid, user);
  const made = { createdMs: START_MS };
  const group = world.add(
    stateOf(channelOf(1, 2, 'ops', { ...made, numericId: 30001 }), [
      memberOf(1, { role: 'owner', joinedMs: START_MS }),
      memberOf(2, { joinedMs: START_MS }),
    ]),
  );
  const friends = world.add(stateOf(channelOf(2, 1, personChannelId('ann', '20001'), made), [memberOf(1), memberOf(2)]));
  friends.allow.add(1).add(2);
  world.add(stateOf(channelOf(3, 1, personChannelId('eve', '20001'), made), [memberOf(3), memberOf(2)]));

  const log = new MemoryLog();
  const bus = createLocalBus();
  const hub = new Hub();
  const queue = new AppendQueue(log, bus, { maxBatch: 100, events: silent });
  const now = patch.now ?? (() => START_MS);
  const send: OnebotDeps['send'] = {
    channels: world,
    users: world.users,
    append: (draft) => queue.append(draft),
    passOn: (draft) => queue.pass(draft, () => {}),
    rules: { friendsOnly: false, maxPayloadBytes: 64 * 1024 },
    now,
  };
  const delivery = new DeliveryLoop({ log, bus, hub, channels: world, users: world.users, events: silent });
  await delivery.start();

  const users = () => [...world.people.values()];
  const channelList = (): Channel[] => [...world.states.values()].map((state) => state.channel);
  const cursors = new Map<string, number>();
  const clients: BotClient[] = [];
  const tokens = new Map<string, BotClient>();
  const refusals: OnebotRefusalSeen[] = [];
  const added: { requestId: string; code: string | undefined }[] = [];
  const files = new Map<
    string,
    { id: string; mime: string; size: number; name: string; path: string; width: number; height: number }
  >();
  const deps: OnebotDeps = {
    users: world.users,
    channels: world,
    log,
    hub,
    position: () => delivery.cursor,
    send,
    directory: {
      userByNumber: async (number) => users().find((user) => user.numericId === number) ?? null,
      usersByInt: async (ints) => users().filter((user) => ints.includes(user.u)),
      groupsOf: async (u) =>
        [...world.states.values()]
          .filter((state: ChannelState) => state.channel.type === 2 && state.members.has(u))
          .map((state) => state.channel),
      friendsOf: async (u) => (u === bot.u ? [ann] : []),
      channelByNumber: async (number) => channelList().find((channel) => channel.numericId === number) ?? null,
      cursor: async (reader) => cursors.get(reader) ?? null,
      saveCursors: async (batch) => {
        for (const { reader, messageId } of batch) cursors.set(reader, messageId);
        return ok();
      },
    },
    files: {
      save: async (bytes, name) => {
        const id = String(files.size + 1).padStart(32, 'f');
        const file = { id, mime: 'image/png', size: bytes.byteLength, name, path: '', width: 1, height: 1 };
        files.set(id, file);
        return ok(file);
      },
      open: async (id) => files.get(id) ?? null,
    },
    clients: async () => clients,
    identify: async (token) => {
      const client = tokens.get(token);
      return client === undefined
        ? refuse(token === 'near' ? 'cred.near_miss' : token === 'other' ? 'cred.other_owner' : 'cred.unknown')
        : ok({ bot, client });
    },
    openToken: patch.openToken ?? ((sealed) => ok(Buffer.from(sealed).toString('utf8'))),
    decisions: {
      record: (seen) => {
        refusals.push(seen);
        return `r${String(refusals.length).padStart(7, '0')}`;
      },
      addEvidence: (requestId, _evidence, code) => void added.push({ requestId, code }),
    },
    diagnose:
      patch.diagnose ?? (async (): Promise<Verdict> => ({ code: 'remote.token_mismatch', confidence: 'likely', evidence: [] })),
    externalHttp: () => 'http://im.example',
    ownAddresses: patch.ownAddresses ?? (() => []),
    authReply: patch.authReply ?? 'auto',
    appName: 'Hufu',
    maxFrameBytes: patch.maxFrameBytes ?? 4 * 1024 * 1024,
    version: '0.1.0',
    events: patch.events ?? silent,
    now,
  };
  const surface = createOnebotSurface(deps);
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const route = surface.upgradeRoutes.find((one) => one.matches(path));
    if (route === undefined) return socket.destroy();
    route.handle(request, socket, head, { address: '127.0.0.1', listener: 'onebotWs' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const close = async () => {
    delivery.stop();
    await surface.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  t.after(close);

  return {
    world,
    ann,
    bot,
    eve,
    group,
    log,
    hub,
    deps,
    surface,
    port,
    cursors,
    clients,
    tokens,
    refusals,
    added,
    files,
    addClient(name: string, patchClient: Partial<BotClient> & { token?: string } = {}): BotClient {
      const { token, ...rest } = patchClient;
      const client: BotClient = {
        id: `c-${name}`,
        botUid: bot.uid,
        name,
        kind: 'forward',
        url: null,
        tokenHash: null,
        sealedToken: null,
        format: 'array',
        heartbeatMs: 0,
        queryToken: false,
        replayMaxEvents: 1000,
        replayMaxAgeSeconds: 600,
        enabled: true,
        fromFile: false,
        preset: null,
        ...rest,
      };
      clients.push(client);
      if (token !== undefined && client.kind === 'forward') tokens.set(token, client);
      return client;
    },
    async say(
      user: User,
      payload: object,
      to: { channelId: string; channelType: number } = { channelId: 'ops', channelType: 2 },
    ) {
      const sent = await sendMessage(send, {
        sender: user,
        ...to,
        clientMsgNo: String(Math.random()),
        flags: 0,
        expireSeconds: 0,
        topic: '',
        payload: Buffer.from(JSON.stringify(payload)),
        origin: '',
      });
      if (!sent.ok) throw new Error(sent.refusal.code);
      return sent.value;
    },
    connect: (token: string, path = '/') => Peer.open(`ws://127.0.0.1:${port}${path}`, { Authorization: `Bearer ${token}` }),
    /** Stops the surface as the server does; also done after the test. */
    close,
  };
}

export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** The other end of a OneBot WebSocket: frames in the order they came. */
export class Peer {
  readonly socket: WebSocket;
  readonly #frames: Record<string, unknown>[] = [];
  #wake: (() => void) | null = null;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const frame: unknown = JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : '');
      if (typeof frame === 'object' && frame !== null) this.#frames.push({ ...frame });
      this.#wake?.();
    });
  }

  static open(url: string, headers: Record<string, string> = {}): Promise<Peer> {
    const socket = new WebSocket(url, { headers });
    const peer = new Peer(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(peer));
      socket.once('error', reject);
    });
  }

  async next(): Promise<Record<string, unknown>> {
    if (this.#frames.length === 0) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no frame came')), 2000);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
    return this.#frames.shift() ?? {};
  }

  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  async call(action: string, params: object = {}): Promise<Record<string, unknown>> {
    this.send({ action, params, echo: 'e' });
    for (;;) {
      const frame = await this.next();
      if ('echo' in frame) return frame;
    }
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((resolve) => {
      this.socket.once('close', () => resolve());
      this.socket.close();
    });
  }
}
