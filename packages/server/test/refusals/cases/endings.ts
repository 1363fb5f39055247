import assert from 'node:assert/strict';
import { idIn } from '../support/answers.ts';
import type { Case, Told } from '../support/case.ts';
import { openRpc } from '../support/rpc.ts';
import { freshAddress } from '../support/server.ts';
import { disconnectBytes, openSession, openTap } from '../support/wk.ts';
import type { World } from '../support/world.ts';

type Wire = 'tcp' | 'ws';
const WIRES: readonly Wire[] = ['tcp', 'ws'];

let people = 0;

/** Somebody new with a token for the web, so that cases at the same time do not meet. */
async function somebody(world: World): Promise<string> {
  people += 1;
  const uid = `somebody-${people}`;
  const body = { uid, token: `${uid}-web`, device_flag: 1, device_level: 0 };
  assert.equal((await world.admin('/user/token', body, freshAddress())).status, 200);
  return uid;
}

/** Nothing comes, or a beginning without an end. */
function silent(kind: Wire, bytes: string): Case {
  return {
    code: 'wk.auth_timeout',
    how: bytes === '' ? 'ten seconds of silence' : 'ten seconds after half a CONNECT',
    surface: `wkproto ${kind}`,
    async provoke({ server }, from): Promise<Told> {
      const tap = await openTap(kind, server.at[kind], from);
      if (bytes !== '') tap.write(Buffer.from(bytes, 'hex'));
      const closed = await tap.closed;
      assert.equal(tap.received().length, 0);
      if (kind === 'tcp') return { requestId: null, text: '' };
      const requestId = idIn(closed.reason);
      assert.deepEqual(closed, { code: 4408, reason: `wk.auth_timeout; req=${requestId}` });
      return { requestId, text: closed.reason };
    },
  };
}

function silentRpc(kind: Wire): Case {
  return {
    code: 'wk.auth_timeout',
    how: kind === 'tcp' ? 'ten seconds after half an object' : 'ten seconds in which the store does not answer',
    surface: `jsonrpc ${kind}`,
    async provoke(world, from): Promise<Told> {
      const tap = await openRpc(kind, world.server.at[kind], from);
      if (kind === 'tcp') tap.write('{"jsonrpc":"2.0",');
      else {
        const uid = await somebody(world);
        stall(world, uid);
        tap.write(`{"jsonrpc":"2.0","id":"1","method":"connect","params":{"uid":"${uid}","token":"${uid}-web","deviceFlag":1}}`);
      }
      const closed = await tap.closed;
      const [text = ''] = tap.texts();
      const requestId = idIn(text);
      assert.match(text, /^\{"jsonrpc":"2\.0","id":null,"error":\{"code":2,/);
      if (kind === 'ws') assert.deepEqual(closed, { code: 4408, reason: `wk.auth_timeout; req=${requestId}` });
      return { requestId, text };
    },
  };
}

/** The tokens of this account are never read to the end. */
function stall({ server }: World, uid: string): void {
  const { directory } = server.core;
  const { deviceTokens } = directory;
  directory.deviceTokens = (asked) => (asked === uid ? new Promise(() => {}) : deviceTokens.call(directory, asked));
}

/** A new token with level master ends the sessions of its flag: DISCONNECT 12 first, two seconds later the close. */
function kicked(kind: Wire): Case {
  return {
    code: 'wk.kicked',
    how: 'a new token for the same flag',
    surface: `wkproto ${kind}`,
    async provoke(world, from): Promise<Told> {
      const uid = await somebody(world);
      const { tap } = await openSession(await openTap(kind, world.server.at[kind], from), { uid, token: `${uid}-web` });
      const before = tap.received().length;
      await replaceToken(world, uid);
      const closed = await tap.closed;
      const frame = tap.received().subarray(before);
      const reason = frame.subarray(5).toString('utf8');
      assert.equal(frame.toString('hex'), disconnectBytes(12, reason).toString('hex'));
      if (kind === 'ws') {
        assert.equal(closed.code, 4409);
        assert.equal(closed.reason, `wk.kicked; req=${idIn(closed.reason)}`);
      }
      return { requestId: null, text: `${reason} ${closed.reason}` };
    },
  };
}

function kickedRpc(kind: Wire): Case {
  return {
    code: 'wk.kicked',
    how: 'a new token for the same flag',
    surface: `jsonrpc ${kind}`,
    async provoke(world, from): Promise<Told> {
      const uid = await somebody(world);
      const tap = await openRpc(kind, world.server.at[kind], from);
      await tap.call('connect', { uid, token: `${uid}-web`, deviceFlag: 1, deviceId: 'd' });
      await replaceToken(world, uid);
      const text = await tap.heard('disconnect');
      const closed = await tap.closed;
      const { params } = JSON.parse(text) as { params: { reasonCode: number; reason: string } };
      assert.equal(params.reasonCode, 12);
      if (kind === 'ws') assert.deepEqual([closed.code, idIn(closed.reason)], [4409, idIn(params.reason)]);
      return { requestId: idIn(params.reason), text: `${text} ${closed.reason}` };
    },
  };
}

/** Who signs out leaves with every connection that the session opened. */
function revoked(kind: Wire): Case {
  return {
    code: 'cred.revoked',
    how: 'the end of the session that opened it',
    surface: `wkproto ${kind}`,
    async provoke(world, from): Promise<Told> {
      const uid = await somebody(world);
      const token = await world.sessionOf(uid);
      const { tap } = await openSession(await openTap(kind, world.server.at[kind], from), { uid, token });
      const before = tap.received().length;
      await signOut(world, token);
      const closed = await tap.closed;
      const reason = tap
        .received()
        .subarray(before + 5)
        .toString('utf8');
      assert.equal(tap.received().subarray(before).toString('hex'), disconnectBytes(12, reason).toString('hex'));
      if (kind === 'ws') {
        assert.equal(closed.code, 4401);
        assert.equal(closed.reason, `cred.rejected; req=${idIn(closed.reason)}`);
      }
      return { requestId: null, text: `${reason} ${closed.reason}` };
    },
  };
}

function revokedRpc(kind: Wire): Case {
  return {
    code: 'cred.revoked',
    how: 'the end of the session that opened it',
    surface: `jsonrpc ${kind}`,
    async provoke(world, from): Promise<Told> {
      const uid = await somebody(world);
      const token = await world.sessionOf(uid);
      const tap = await openRpc(kind, world.server.at[kind], from);
      await tap.call('connect', { uid, token, deviceFlag: 1, deviceId: 'd' });
      await signOut(world, token);
      const text = await tap.heard('disconnect');
      const closed = await tap.closed;
      const { params } = JSON.parse(text) as { params: { reasonCode: number; reason: string } };
      assert.equal(params.reasonCode, 2);
      if (kind === 'ws') assert.deepEqual([closed.code, idIn(closed.reason)], [4401, idIn(params.reason)]);
      return { requestId: idIn(params.reason), text: `${text} ${closed.reason}` };
    },
  };
}

async function signOut(world: World, token: string): Promise<void> {
  assert.equal((await world.api(token, 'POST', '/api/v1/auth/logout', {})).status, 200);
}

async function replaceToken(world: World, uid: string): Promise<void> {
  const body = { uid, token: `${uid}-new`, device_flag: 1, device_level: 1 };
  assert.equal((await world.admin('/user/token', body, freshAddress())).status, 200);
}

/** More than kernel buffers and the outbox hold, in messages of 30 kB. */
const FLOOD = 900;
const AT_ONCE = 30;

function slow(protocol: 'wkproto' | 'jsonrpc', kind: Wire): Case {
  return {
    code: 'limit.slow_reader',
    how: 'a client that stops reading',
    surface: `${protocol} ${kind}`,
    async provoke(world, from): Promise<Told> {
      const uid = await somebody(world);
      const gone = protocol === 'wkproto' ? await deafWk(world, { uid, kind, from }) : await deafRpc(world, { uid, kind, from });
      const payload = Buffer.from(JSON.stringify({ type: 1, content: 'x'.repeat(30_000) })).toString('base64');
      const body = { from_uid: 'bob', channel_id: uid, channel_type: 1, payload };
      for (let sent = 0; sent < FLOOD && !gone(world); sent += AT_ONCE) {
        const answers = await Promise.all(
          Array.from({ length: AT_ONCE }, () => world.admin('/message/send', body, '127.40.0.9')),
        );
        assert.ok(answers.every((answer) => answer.status === 200));
      }
      return { requestId: null, text: '' };
    },
  };
}

interface Deaf {
  readonly uid: string;
  readonly kind: Wire;
  readonly from: string;
}

/** Answers whether the server has let go of the session. */
async function deafWk(world: World, { uid, kind, from }: Deaf): Promise<(world: World) => boolean> {
  const session = await openSession(await openTap(kind, world.server.at[kind], from), { uid, token: `${uid}-web` });
  session.tap.pause();
  return isGone(world, uid);
}

async function deafRpc(world: World, { uid, kind, from }: Deaf): Promise<(world: World) => boolean> {
  const tap = await openRpc(kind, world.server.at[kind], from);
  await tap.call('connect', { uid, token: `${uid}-web`, deviceFlag: 1, deviceId: 'd' });
  tap.pause();
  return isGone(world, uid);
}

async function isGone(world: World, uid: string): Promise<(world: World) => boolean> {
  const user = await world.server.core.users.get(uid);
  return ({ server }) => server.core.hub.sessionsOf(user?.u ?? 0).length === 0;
}

export const endingCases: readonly Case[] = [
  ...WIRES.flatMap((kind) => [
    silent(kind, ''),
    silent(kind, '1050'),
    silentRpc(kind),
    kicked(kind),
    kickedRpc(kind),
    revoked(kind),
    revokedRpc(kind),
    slow('wkproto', kind),
    slow('jsonrpc', kind),
  ]),
];
