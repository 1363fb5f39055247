import type { RefusalCode } from '@hufu/refusals';
import { closedWith, idIn, problem, refusedConnect, refusedRpcConnect, rpcError } from '../support/answers.ts';
import type { Case, Told } from '../support/case.ts';
import { parseAnswer, raw } from '../support/http.ts';
import { openRpc } from '../support/rpc.ts';
import { ADMIN } from '../support/server.ts';
import { connectBytes, type ConnectFields, openTap } from '../support/wk.ts';
import { BOT_TOKEN, expiredSession, type World } from '../support/world.ts';

interface Refused {
  readonly code: RefusalCode;
  readonly how: string;
  readonly claim: ConnectFields | ((world: World) => ConnectFields | Promise<ConnectFields>);
  /** Reason byte in CONNACK, code of the JSON-RPC error. */
  readonly reason: number;
  readonly close: number;
  readonly evidence?: readonly string[];
  readonly before?: (world: World) => Promise<unknown>;
}

const FINGERPRINT = 'presentedFingerprint';

/** What a CONNECT can be refused for, whichever of the four wires it comes on. */
// biome-ignore format: one mistake a line, to be read as a table
const CONNECTS: readonly Refused[] = [
  { code: 'cred.missing', how: 'an empty token', claim: { uid: 'alice', token: '' }, reason: 2, close: 4401 },
  { code: 'cred.unknown', how: 'an unknown uid', claim: { uid: 'nobody', token: 'guess' }, reason: 2, close: 4401, evidence: ['uidKnown', FINGERPRINT] },
  { code: 'cred.mismatch', how: 'a wrong token', claim: { uid: 'alice', token: 'guess' }, reason: 2, close: 4401, evidence: ['flagsWithToken', 'connectedWithFlag', FINGERPRINT] },
  { code: 'cred.near_miss', how: 'the token in quotes', claim: { uid: 'alice', token: '"alice-web"' }, reason: 2, close: 4401, evidence: ['nearMiss', FINGERPRINT] },
  { code: 'cred.near_miss', how: 'the token with a line end', claim: { uid: 'alice', token: 'alice-web\n' }, reason: 2, close: 4401, evidence: ['nearMiss'] },
  { code: 'cred.not_issued', how: 'a device flag that has no token', claim: { uid: 'carol', token: 'guess' }, reason: 2, close: 4401, evidence: ['flagsWithToken'] },
  { code: 'cred.not_issued', how: 'a token that was withdrawn', claim: { uid: 'emil', token: 'emil-web' }, reason: 2, close: 4401, evidence: ['withdrawn'] },
  { code: 'cred.other_owner', how: 'another person’s token', claim: { uid: 'alice', token: 'bob-web' }, reason: 2, close: 4401, evidence: ['ownerUid'] },
  { code: 'cred.other_owner', how: 'another person’s session', claim: ({ sessions }) => ({ uid: 'alice', token: sessions.zoe }), reason: 2, close: 4401, evidence: ['ownerUid'] },
  { code: 'cred.wrong_kind', how: 'the admin secret', claim: { uid: 'alice', token: ADMIN }, reason: 2, close: 4401, evidence: ['presentedKind', FINGERPRINT] },
  { code: 'cred.wrong_kind', how: 'a bot token', claim: { uid: 'alice', token: BOT_TOKEN }, reason: 2, close: 4401, evidence: ['presentedKind'] },
  { code: 'cred.wrong_kind', how: 'a session of an operator', claim: ({ sessions }) => ({ uid: 'alice', token: sessions.operator }), reason: 2, close: 4401, evidence: ['presentedKind'] },
  { code: 'cred.expired', how: 'an old session', claim: async (world) => ({ uid: 'alice', token: await expiredSession(world) }), reason: 2, close: 4401, evidence: ['expiredMs'] },
  { code: 'cred.superseded', how: 'a replaced token', claim: { uid: 'dora', token: 'dora-old' }, reason: 2, close: 4401, evidence: ['replacedAt', FINGERPRINT] },
  { code: 'wk.flag_mismatch', how: 'a phone’s token from the web', claim: { uid: 'carol', token: 'carol-phone' }, reason: 2, close: 4401, evidence: ['connectedWithFlag', 'registeredForFlag'] },
  { code: 'wk.uid_invalid', how: 'a uid with @', claim: { uid: 'a@b', token: 'x' }, reason: 2, close: 4400 },
  { code: 'wk.uid_invalid', how: 'no uid', claim: { uid: '', token: 'x' }, reason: 2, close: 4400 },
  { code: 'wk.reserved_identity', how: 'the system account', claim: { uid: '____system', token: 'x' }, reason: 2, close: 4401, evidence: ['uid', 'deviceId'] },
  { code: 'wk.reserved_identity', how: 'the device that WuKongIM trusts', claim: { uid: 'alice', token: 'alice-web', deviceId: '____device' }, reason: 2, close: 4401, evidence: ['deviceId'] },
  { code: 'wk.banned', how: 'a banned account with its token', claim: { uid: 'frank', token: 'frank-web' }, reason: 19, close: 4403 },
  { code: 'srv.fault', how: 'a bug in the token check', claim: { uid: 'alice', token: 'alice-web' }, reason: 15, close: 1011, evidence: ['error'], before: plantBug },
];

/** The next look at device tokens throws. */
async function plantBug({ server }: World): Promise<void> {
  const { directory } = server.core;
  const { deviceTokens } = directory;
  directory.deviceTokens = () => {
    directory.deviceTokens = deviceTokens;
    return Promise.reject(new TypeError('planted by the test'));
  };
}

const claimOf = async ({ claim }: Refused, world: World) => (typeof claim === 'function' ? await claim(world) : claim);

function wkCase(kind: 'tcp' | 'ws', refused: Refused): Case {
  return {
    ...refused,
    surface: `wkproto ${kind}`,
    async provoke(world, from) {
      const claim = await claimOf(refused, world);
      const tap = await openTap(kind, world.server.at[kind], from);
      await refused.before?.(world);
      const version = kind === 'tcp' ? 5 : 2;
      tap.write(connectBytes({ ...claim, version }));
      return refusedConnect(tap, refused.code, { ...refused, version });
    },
  };
}

/** Android stops only on a DISCONNECT, so phones on TCP get one. */
const phone: Case = {
  code: 'cred.mismatch',
  how: 'a wrong token of a phone',
  surface: 'wkproto tcp',
  async provoke({ server }, from) {
    const tap = await openTap('tcp', server.at.tcp, from);
    tap.write(connectBytes({ uid: 'alice', token: 'guess', deviceFlag: 0, version: 4 }));
    return refusedConnect(tap, 'cred.mismatch', { version: 4, reason: 2, close: 4401, disconnect: true });
  },
};

function rpcCase(kind: 'tcp' | 'ws', refused: Refused): Case {
  return {
    ...refused,
    surface: `jsonrpc ${kind}`,
    async provoke(world, from) {
      const { uid, token, deviceFlag = 1, deviceId = 'device-1' } = await claimOf(refused, world);
      const tap = await openRpc(kind, world.server.at[kind], from);
      await refused.before?.(world);
      const answer = await tap.call('connect', { uid, token, deviceFlag, deviceId });
      return refusedRpcConnect(tap, answer, { ...refused, id: 'call-1' });
    },
  };
}

const clientKey = (['tcp', 'ws'] as const).map((kind) =>
  wkCase(kind, {
    code: 'wk.client_key',
    how: 'no key for the encryption',
    claim: { uid: 'alice', token: 'alice-web', clientKey: 'short' },
    reason: 2,
    close: 4401,
    evidence: ['keyLength'],
  }),
);

interface Broken {
  readonly how: string;
  readonly bytes: Uint8Array | string;
}
const BROKEN: readonly Broken[] = [
  { how: 'a SEND before CONNECT', bytes: Buffer.from([0x30, 2, 0, 0]) },
  { how: 'a CONNECT that is cut', bytes: Buffer.from([0x10, 3, 4, 1, 0]) },
];

function brokenCase(kind: 'tcp' | 'ws', { how, bytes }: Broken): Case {
  return {
    code: 'wk.protocol',
    how,
    surface: `wkproto ${kind}`,
    evidence: ['problem'],
    async provoke({ server }, from) {
      const tap = await openTap(kind, server.at[kind], from);
      tap.write(Buffer.from(bytes));
      return closedWith(tap, 'wk.protocol', 1002);
    },
  };
}

/** What speaks HTTP is told in HTTP that it is at the wrong port. */
const http: Case = {
  code: 'wk.protocol',
  how: 'HTTP at the TCP port',
  surface: 'wkproto tcp',
  evidence: ['problem'],
  async provoke({ server }, from) {
    const bytes = await raw(server.at.tcp, 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n', from);
    return problem(parseAnswer(bytes), 'wk.protocol', 400);
  },
};

const tls = brokenCase('tcp', { how: 'TLS at the TCP port', bytes: Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0]) });

/** The library closes by itself with the code of the standard, so there is no room for the request id. */
const tooLong: Case = {
  code: 'wk.protocol',
  how: 'a WebSocket message of two megabytes',
  surface: 'wkproto ws',
  evidence: ['problem'],
  async provoke({ server }, from) {
    const tap = await openTap('ws', server.at.ws, from);
    tap.write(Buffer.alloc(2 * 1024 * 1024));
    const closed = await tap.closed;
    if (closed.code !== 1009) throw new Error(`closed with ${closed.code}`);
    return { requestId: null, text: closed.reason };
  },
};

function rpcBroken(kind: 'tcp' | 'ws', how: string, text: string, id: string | null): Case {
  return {
    code: 'wk.protocol',
    how,
    surface: `jsonrpc ${kind}`,
    evidence: ['problem'],
    async provoke({ server }, from): Promise<Told> {
      const tap = await openRpc(kind, server.at[kind], from);
      tap.write(text);
      await tap.closed;
      const [answer = ''] = tap.texts();
      idIn(answer);
      return refusedRpcConnect(tap, answer, { code: 'wk.protocol', id, reason: 9, close: 1002 });
    },
  };
}

/** A call that WuKongIM's protocol knows and this server does not serve. */
function unserved(kind: 'tcp' | 'ws'): Case {
  return {
    code: 'http.route_unknown',
    how: 'subscribe',
    surface: `jsonrpc ${kind}`,
    evidence: ['method'],
    async provoke({ server }, from): Promise<Told> {
      const tap = await openRpc(kind, server.at[kind], from);
      await tap.call('connect', { uid: 'alice', token: 'alice-web', deviceFlag: 1, deviceId: from });
      const answer = await tap.call('subscribe', { channelId: 'x', channelType: 2 });
      tap.close();
      return rpcError(answer, 'call-2', { code: 'http.route_unknown', reason: 5 });
    },
  };
}

export const connectCases: readonly Case[] = [
  ...CONNECTS.flatMap((refused) => [
    wkCase('tcp', refused),
    wkCase('ws', refused),
    rpcCase('tcp', refused),
    rpcCase('ws', refused),
  ]),
  phone,
  ...clientKey,
  ...BROKEN.flatMap((broken) => [brokenCase('tcp', broken), brokenCase('ws', broken)]),
  http,
  tls,
  tooLong,
  unserved('tcp'),
  unserved('ws'),
  rpcBroken('ws', 'a ping before connect', '{"jsonrpc":"2.0","id":"p","method":"ping"}', 'p'),
  rpcBroken('tcp', 'a ping before connect', '{"jsonrpc":"2.0","id":"p","method":"ping"}', 'p'),
  rpcBroken('ws', 'JSON that is cut', '{"jsonrpc":', null),
];
