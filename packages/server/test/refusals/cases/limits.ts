import assert from 'node:assert/strict';
import { failedAction, problem, refusedConnect, refusedRpcConnect, rpcError, wukongRefusal } from '../support/answers.ts';
import type { Case, Told } from '../support/case.ts';
import { call } from '../support/http.ts';
import { openRpc } from '../support/rpc.ts';
import { connectBytes, openSession, openTap, refusedSendack } from '../support/wk.ts';
import { GROUPS, type World } from '../support/world.ts';

type Wire = 'tcp' | 'ws';

/** What every surface must say while the server itself cannot: who sends is refused, nothing is acknowledged. */
interface State {
  readonly code: 'srv.overloaded' | 'srv.store_unavailable';
  readonly how: string;
  readonly evidence: readonly string[];
  /** Begins the state, and answers what ends it. */
  enter(world: World): Promise<() => Promise<void>>;
}

const full: State = {
  code: 'srv.overloaded',
  how: 'a disk that does not answer, and as many messages as may wait for it',
  evidence: ['pending'],
  async enter({ server }) {
    const { messages, send } = server.core;
    const { append } = messages;
    const released = Promise.withResolvers<void>();
    messages.append = async (batch) => {
      await released.promise;
      return append.call(messages, batch);
    };
    const alice = await server.core.users.get('alice');
    const state = await server.core.channels.load(2, GROUPS.team);
    assert.ok(alice !== null && state !== null);
    // The first batch is on its way to the disk; then the queue is filled to its limit.
    const draft = (at: number) => ({
      ch: state.channel.ch,
      sender: alice.u,
      clientMsgNo: `waits-${Date.now()}-${at}`,
      flags: 0,
      tsMs: Date.now(),
      expireSeconds: 0,
      topic: '',
      payload: Buffer.from('{}'),
      parties: null,
    });
    const first = send.append(draft(0));
    await new Promise((resolve) => setImmediate(resolve));
    const rest = Array.from({ length: PENDING }, (_, at) => send.append(draft(at + 1)));
    return async () => {
      released.resolve();
      messages.append = append;
      await Promise.all([first, ...rest]);
    };
  },
};

/** `limits.pendingMessages` of the server of these cases. */
export const PENDING = 100;

const diskFull: State = {
  code: 'srv.store_unavailable',
  how: 'a full disk',
  evidence: ['fault', 'sqliteCode'],
  async enter({ server }) {
    const { store, send } = server.core;
    await store.limitPages(1);
    // What is left of the last page goes first.
    const alice = await server.core.users.get('alice');
    const state = await server.core.channels.load(2, GROUPS.team);
    assert.ok(alice !== null && state !== null);
    for (let one = 0; ; one += 1) {
      assert.ok(one < 1000, 'the disk becomes full');
      const stored = await send.append({
        ch: state.channel.ch,
        sender: alice.u,
        clientMsgNo: `fills-${Date.now()}-${one}`,
        flags: 0,
        tsMs: Date.now(),
        expireSeconds: 0,
        topic: '',
        payload: Buffer.alloc(4000, 32),
        parties: null,
      });
      if (!stored.ok) break;
    }
    return () => store.limitPages(1_000_000);
  },
};

/** In the state, with whatever `prepare` made before it. */
function during<T>(
  state: State,
  surface: Case['surface'],
  steps: { prepare(world: World, from: string): Promise<T>; refused(prepared: T, world: World, from: string): Promise<Told> },
): Case {
  return {
    code: state.code,
    how: state.how,
    surface,
    evidence: state.evidence,
    ...(surface === 'onebot reverse' ? { overRate: true } : {}),
    async provoke(world, from) {
      const prepared = await steps.prepare(world, from);
      const leave = await state.enter(world);
      try {
        return await steps.refused(prepared, world, from);
      } finally {
        await leave();
      }
    },
  };
}

const LONG = JSON.stringify({ type: 1, content: 'x'.repeat(8000) });

function casesDuring(state: State): Case[] {
  const wk = (kind: Wire) =>
    during(state, `wkproto ${kind}`, {
      prepare: async ({ server }, from) => {
        const tap = await openTap(kind, server.at[kind], from);
        return openSession(tap, { uid: 'alice', token: 'alice-web', deviceId: from });
      },
      refused: async (session) => {
        const ack = await session.send({ channelId: GROUPS.team, payload: LONG });
        session.tap.close();
        assert.equal(ack.toString('hex'), refusedSendack(1, 15).toString('hex'));
        return { requestId: null, text: '' };
      },
    });
  const rpc = (kind: Wire) =>
    during(state, `jsonrpc ${kind}`, {
      prepare: async ({ server }, from) => {
        const tap = await openRpc(kind, server.at[kind], from);
        await tap.call('connect', { uid: 'alice', token: 'alice-web', deviceFlag: 1, deviceId: from });
        return tap;
      },
      refused: async (tap) => {
        const payload = Buffer.from(LONG).toString('base64');
        const answer = await tap.call('send', { channelId: GROUPS.team, channelType: 2, payload });
        tap.close();
        return rpcError(answer, 'call-2', { code: state.code, reason: 15 });
      },
    });
  const bot = (way: 'forward' | 'reverse') =>
    during(state, `onebot ${way}`, {
      prepare: (world, from) => world.bot(way, from),
      refused: (tap) =>
        failedAction(
          tap,
          { action: 'send_group_msg', params: { group_id: Number(GROUPS.team), message: 'x'.repeat(8000) } },
          { code: state.code, retcode: 1503 },
        ),
    });
  const wukong = during(state, 'wukong-http', {
    prepare: () => Promise.resolve(),
    refused: async (_, world, from) => {
      const payload = Buffer.from(LONG).toString('base64');
      const body = { from_uid: 'alice', channel_id: GROUPS.team, channel_type: 2, payload };
      const answer = await world.admin('/message/send', body, from);
      assert.equal(answer.headers['retry-after'], '1');
      return wukongRefusal(answer, state.code, 503);
    },
  });
  return [wk('tcp'), wk('ws'), rpc('tcp'), rpc('ws'), bot('forward'), bot('reverse'), wukong];
}

const apiStore = during(diskFull, 'api', {
  prepare: () => Promise.resolve(),
  refused: async (_, { server, sessions }, from) => {
    const headers = { Authorization: `Bearer ${sessions.alice}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ name: 'New group', members: [] });
    for (let one = 0; one < 100; one += 1) {
      const answer = await call({ to: server.at.http, from, method: 'POST', path: '/api/v1/groups', headers, body });
      if (answer.status === 200) continue;
      assert.equal(answer.headers['retry-after'], '1');
      return problem(answer, 'srv.store_unavailable', 503);
    }
    throw new Error('a hundred groups found room');
  },
});

/** More uploads at a time than one account may have under way. */
const apiBusy: Case = {
  code: 'srv.overloaded',
  how: 'sixty uploads at the same time',
  surface: 'api',
  evidence: ['underWay'],
  overRate: true,
  async provoke({ server, sessions }, from): Promise<Told> {
    const headers = { Authorization: `Bearer ${sessions.alice}`, 'Content-Type': 'multipart/form-data; boundary=cut' };
    const body = `--cut\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n${'x'.repeat(100_000)}\r\n--cut--\r\n`;
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => call({ to: server.at.http, from, method: 'POST', path: '/api/v1/files', headers, body })),
    );
    const refused = answers.find((answer) => answer.status !== 200);
    assert.ok(refused !== undefined, 'one is refused');
    return problem(refused, 'srv.overloaded', 503);
  },
};

export const stateCases: readonly Case[] = [...casesDuring(full), ...casesDuring(diskFull), apiStore, apiBusy];

function noRoom(kind: Wire): Case {
  return {
    code: 'limit.connections',
    how: 'one more than limits.connections',
    surface: `wkproto ${kind}`,
    async provoke({ server }, from) {
      const tap = await openTap(kind, server.at[kind], from);
      const version = kind === 'tcp' ? 5 : 2;
      tap.write(connectBytes({ uid: 'alice', token: 'alice-web', deviceId: from, version }));
      return refusedConnect(tap, 'limit.connections', { version, reason: 22, close: 1013 });
    },
  };
}

function noRoomRpc(kind: Wire): Case {
  return {
    code: 'limit.connections',
    how: 'one more than limits.connections',
    surface: `jsonrpc ${kind}`,
    async provoke({ server }, from) {
      const tap = await openRpc(kind, server.at[kind], from);
      const answer = await tap.call('connect', { uid: 'alice', token: 'alice-web', deviceFlag: 1, deviceId: from });
      return refusedRpcConnect(tap, answer, { code: 'limit.connections', id: 'call-1', reason: 22, close: 1013 });
    },
  };
}

/** On a server whose `limits.connections` are taken by the bot's own connection. */
export const roomCases: readonly Case[] = (['tcp', 'ws'] as const).flatMap((kind) => [noRoom(kind), noRoomRpc(kind)]);
