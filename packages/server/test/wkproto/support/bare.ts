import { createLocalBus } from '../../../src/bus/local.ts';
import { GROUP, type Message, PERSON, type User } from '../../../src/domain/model.ts';
import { ok } from '../../../src/kernel/outcome.ts';
import { AppendQueue } from '../../../src/runtime/append-queue.ts';
import { DeliveryLoop } from '../../../src/runtime/delivery.ts';
import { Hub } from '../../../src/runtime/hub.ts';
import { createJsonRpcSurface } from '../../../src/surfaces/jsonrpc/index.ts';
import type { ClientSurfaceDeps, RefusalSeen } from '../../../src/surfaces/listen/client-deps.ts';
import { listenHttp, listenTcp } from '../../../src/surfaces/listen/listen.ts';
import { acceptSocket } from '../../../src/surfaces/listen/tcp-accept.ts';
import { acceptWebSockets } from '../../../src/surfaces/listen/ws-accept.ts';
import { createWkprotoSurface } from '../../../src/surfaces/wkproto/index.ts';
import { channelOf, MemoryLog, MemoryWorld, memberOf, quiet, stateOf, userOf } from '../../support/memory-world.ts';

/** What a test puts in place of the memory store: a token check that waits, a log that is slow, a smaller limit. */
export type BarePatch = Partial<Omit<ClientSurfaceDeps, 'send' | 'hub'>> & {
  readonly send?: Partial<ClientSurfaceDeps['send']>;
  readonly store?: MemoryLog;
};

export interface Bare {
  readonly tcp: string;
  readonly ws: string;
  readonly hub: Hub;
  readonly world: MemoryWorld;
  readonly messages: readonly Message[];
  readonly refused: RefusalSeen[];
  readonly logged: string[];
  person(uid: string): User;
  group(id: string, ...uids: string[]): void;
  close(): Promise<void>;
}

/** Both client surfaces on real sockets, over a store in memory that a test can slow down. */
export async function openBare(patch: BarePatch = {}): Promise<Bare> {
  const world = new MemoryWorld();
  const { store: log = new MemoryLog(), send, ...rest } = patch;
  const bus = createLocalBus();
  const hub = new Hub();
  const delivery = new DeliveryLoop({ log, bus, hub, channels: world, users: world.users, events: quiet });
  await delivery.start();
  const queue = new AppendQueue(log, bus, { events: quiet });
  const refused: RefusalSeen[] = [];
  const logged: string[] = [];
  const keep = (_: Record<string, unknown>, text: string) => void logged.push(text);
  let nextChannel = 1;

  const person = (uid: string): User => {
    const known = world.people.get(uid) ?? userOf(world.people.size + 1, uid);
    world.people.set(uid, known);
    for (const other of world.people.values()) pair(known, other);
    return known;
  };
  const pair = (a: User, b: User) => {
    for (const id of [`${a.uid}@${b.uid}`, `${b.uid}@${a.uid}`])
      if (!world.states.has(`${PERSON}:${id}`))
        world.add(stateOf(channelOf(nextChannel++, PERSON, id), [memberOf(a.u), memberOf(b.u)]));
  };
  const deps: ClientSurfaceDeps = {
    hub,
    authenticate: async (claim) => ok({ user: person(claim.uid), deviceLevel: 0, session: null }),
    hasSession: async () => true,
    refused: (seen) => `req_${refused.push(seen)}`,
    limits: { connections: 1000, connectionsPerAccount: 1000, outboxBytes: 1024 * 1024 },
    nodeId: 1,
    log: { info: keep, warn: keep, error: keep },
    now: Date.now,
    ...rest,
    send: {
      channels: world,
      users: world.users,
      append: (draft) => queue.append(draft),
      passOn: (draft) => queue.pass(draft, (message) => delivery.passOn(message)),
      rules: { friendsOnly: false, maxPayloadBytes: 32_767 },
      now: Date.now,
      ...send,
    },
  };
  const binary = createWkprotoSurface(deps);
  const json = createJsonRpcSurface(deps);
  const clients = {
    binary,
    json,
    refuse: (refusal: RefusalSeen['refusal'], peer: RefusalSeen['peer']) =>
      deps.refused({ refusal, peer, surface: 'wkproto', claim: null, call: 'CONNECT', answer: 'close' }),
  };
  const listener = { name: 'tcp', address: '127.0.0.1:0', maxSockets: 100_000, onDropped: () => {} };
  const tcp = await listenTcp({ ...listener, onSocket: (socket, peer) => acceptSocket(socket, peer, clients) });
  const ws = await listenHttp({
    ...listener,
    hosts: { externalHosts: [], origins: [], bound: '127.0.0.1' },
    upgrades: [acceptWebSockets({ ...clients, matches: () => true, anyOrigin: true, maxMessageBytes: 1024 * 1024 + 16 })],
    onRequest: null,
    refuse: () => 'req_early',
  });
  if (!tcp.ok || !ws.ok) throw new Error('no free port');
  return {
    tcp: tcp.value.address,
    ws: `ws://${ws.value.address}`,
    hub,
    world,
    messages: log.messages,
    refused,
    logged,
    person,
    group(id, ...uids) {
      const members = uids.map((uid) => memberOf(person(uid).u));
      world.add(stateOf(channelOf(nextChannel++, GROUP, id), members));
    },
    async close() {
      binary.stop();
      json.stop();
      delivery.stop();
      await Promise.all([tcp.value.close(), ws.value.close()]);
    },
  };
}
