import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { bearer, handshakeText } from './cases/bots.ts';
import { call, raw } from './support/http.ts';
import { openRpc } from './support/rpc.ts';
import { ADMIN, freshAddress } from './support/server.ts';
import { connectBytes, type ConnectFields, openSession, openTap } from './support/wk.ts';
import {
  BOT,
  BOT_TOKEN,
  expiredSession,
  GROUPS,
  OFF_TOKEN,
  openWorld,
  PASSWORD,
  REVERSE_TOKEN,
  type World,
} from './support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

/** Who presents what, by its cause. A stranger must see one answer for all of them. */
async function strangers(): Promise<Readonly<Record<string, ConnectFields>>> {
  const { zoe } = world.sessions;
  return {
    'an unknown uid': { uid: 'nobody', token: 'guess' },
    'a wrong token': { uid: 'alice', token: 'guess' },
    'a very long token': { uid: 'alice', token: 'x'.repeat(4000) },
    'a flag that never had a token': { uid: 'carol', token: 'guess' },
    'a withdrawn token': { uid: 'emil', token: 'emil-web' },
    'another person’s token': { uid: 'alice', token: 'bob-web' },
    'another person’s session': { uid: 'alice', token: zoe },
    'a session that never was': { uid: 'alice', token: 'hfs_00000000000000000000' },
    'an unknown uid with a session': { uid: 'nobody', token: zoe },
    'the token in quotes': { uid: 'alice', token: '"alice-web"' },
    'the token with white space': { uid: 'alice', token: ' alice-web\n' },
    'the token behind Bearer': { uid: 'alice', token: 'Bearer alice-web' },
    'another person’s replaced token': { uid: 'alice', token: 'dora-old' },
    'a banned account with a wrong token': { uid: 'frank', token: 'guess' },
    'an account that may not send with a wrong token': { uid: 'grace', token: 'guess' },
    'a bot': { uid: BOT, token: 'guess' },
    'the system account': { uid: '____system', token: 'guess' },
    'the manager of WuKongIM': { uid: '____manager', token: 'guess' },
    'a visitor identity': { uid: 'x___vstr', token: 'guess' },
    'the trusted device with a right token': { uid: 'alice', token: 'alice-web', deviceId: '____device' },
  };
}

/** What the peer itself has proved keeps its own name. */
async function proven(): Promise<Readonly<Record<string, readonly [publicCode: string, claim: ConnectFields]>>> {
  return {
    'a replaced token': ['cred.superseded', { uid: 'dora', token: 'dora-old' }],
    'a token of another flag': ['wk.flag_mismatch', { uid: 'carol', token: 'carol-phone' }],
    'the admin secret': ['cred.wrong_kind', { uid: 'nobody', token: ADMIN }],
    'a bot token': ['cred.wrong_kind', { uid: 'nobody', token: BOT_TOKEN }],
    'an old session': ['cred.expired', { uid: 'alice', token: await expiredSession(world) }],
    'a banned account with its token': ['wk.banned', { uid: 'frank', token: 'frank-web' }],
  };
}

const masked = (text: string) => text.replace(/hr_[0-9A-Z]{26}/g, 'hr_…').replace(/\r\nDate: [^\r]*/, '');

/** Every byte that the peer gets, without the request id and the clock. */
async function wkAnswer(kind: 'tcp' | 'ws', claim: ConnectFields, version: number): Promise<string> {
  const tap = await openTap(kind, world.server.at[kind], freshAddress());
  tap.write(connectBytes({ deviceId: 'd', ...claim, version }));
  const closed = await tap.closed;
  const bytes = Buffer.from(tap.received());
  // timeDiff: server time minus the client's.
  bytes.fill(0, version > 3 ? 3 : 2, version > 3 ? 11 : 10);
  return masked(`${bytes.toString('latin1')} | ${tap.messages().length} | ${closed.code} ${closed.reason}`);
}

async function rpcAnswer(kind: 'tcp' | 'ws', { uid, token, deviceFlag = 1, deviceId = 'd' }: ConnectFields): Promise<string> {
  const tap = await openRpc(kind, world.server.at[kind], freshAddress());
  tap.write(JSON.stringify({ jsonrpc: '2.0', id: '1', method: 'connect', params: { uid, token, deviceFlag, deviceId } }));
  const closed = await tap.closed;
  return masked(`${tap.texts().join('\n')} | ${closed.code} ${closed.reason}`);
}

function assertOne(answers: Readonly<Record<string, string>>, code: string): void {
  const [first = ''] = Object.values(answers);
  assert.match(first, new RegExp(code.replace('.', '\\.')));
  for (const [cause, answer] of Object.entries(answers)) assert.equal(answer, first, cause);
}

async function answersOf<T>(
  causes: Readonly<Record<string, T>>,
  ask: (cause: T) => Promise<string>,
): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const [cause, value] of Object.entries(causes)) answers[cause] = await ask(value);
  return answers;
}

const WIRES: readonly { readonly name: string; readonly ask: (claim: ConnectFields) => Promise<string> }[] = [
  { name: 'WKProto 5 over TCP', ask: (claim) => wkAnswer('tcp', claim, 5) },
  { name: 'WKProto 2 over WebSocket', ask: (claim) => wkAnswer('ws', claim, 2) },
  { name: 'WKProto 4 over TCP', ask: (claim) => wkAnswer('tcp', claim, 4) },
  { name: 'JSON-RPC over TCP', ask: (claim) => rpcAnswer('tcp', claim) },
  { name: 'JSON-RPC over WebSocket', ask: (claim) => rpcAnswer('ws', claim) },
];

describe('a stranger cannot tell causes apart', () => {
  for (const { name, ask } of WIRES) {
    test(`${name}: whole answers to a refused CONNECT are the same, whatever exists`, async () => {
      assertOne(await answersOf(await strangers(), ask), 'cred.rejected');
    });
    test(`${name}: who has proved to hold a secret is told what is wrong with it`, async () => {
      for (const [cause, [publicCode, claim]] of Object.entries(await proven()))
        assert.match(await ask(claim), new RegExp(`${publicCode.replace('.', '\\.')}.*hr_…`), cause);
    });
  }

  test('a phone gets its DISCONNECT for every one of them', async () => {
    const causes = Object.fromEntries(
      Object.entries(await strangers()).map(([cause, claim]) => [cause, { ...claim, deviceFlag: 0 }]),
    );
    const asPhone = { ...causes };
    // Alice's phone has a token of its own: in quotes it is a near miss there, too.
    asPhone['the token in quotes'] = { uid: 'alice', token: '"alice-phone"', deviceFlag: 0 };
    assertOne(await answersOf(asPhone, (claim) => wkAnswer('tcp', claim, 4)), 'cred.rejected');
  });

  const tokens = (): Readonly<Record<string, string>> => ({
    'a token that nobody has': 'guess',
    'the token in quotes': `"${BOT_TOKEN}"`,
    'the token behind a second Bearer': `Bearer ${BOT_TOKEN}`,
    'the token percent-encoded': BOT_TOKEN.replaceAll('-', '%2D'),
    'the token of a client that is off, in quotes': `"${OFF_TOKEN}"`,
    'a device token': 'alice-web',
    'a session of a person': world.sessions.zoe,
    'a session of an operator': world.sessions.operator,
  });

  test('OneBot: whole answers to a refused handshake are the same', async () => {
    const { http } = world.server.at;
    const ask = async (token: string) =>
      masked((await raw(http, handshakeText({ lines: bearer(token) }, http), freshAddress())).toString());
    assertOne(await answersOf(tokens(), ask), 'cred.rejected');
    const switchedOff = await ask(OFF_TOKEN);
    assert.match(switchedOff, /onebot\.bot_unbound/, 'the holder of the right token is told');
    for (const token of [ADMIN, REVERSE_TOKEN]) assert.match(await ask(token), /cred\.wrong_kind/);
  });

  test('OneBot: whole answers in a frame are the same', async () => {
    const ask = async (token: string) => {
      const url = `ws://${world.server.at.onebotWs}/?access_token=${encodeURIComponent(token)}`;
      const socket = new WebSocket(url, { localAddress: freshAddress() });
      const got: string[] = [];
      socket.on('message', (data: Buffer) => got.push(data.toString()));
      return new Promise<string>((resolve) => {
        socket.once('close', (code, reason) => resolve(masked(`${got.join('\n')} | ${code} ${reason.toString()}`)));
      });
    };
    assertOne(await answersOf(tokens(), ask), 'cred.rejected');
  });

  test('HTTP: whole answers to a wrong credential are the same, on both kinds of routes', async () => {
    const { http } = world.server.at;
    const values: Readonly<Record<string, string>> = {
      'a guess': 'guess',
      'the admin secret in quotes': `"${ADMIN}"`,
      'the admin secret with a blank inside': ADMIN.replace('-', ' -'),
      'a device token': 'alice-web',
      'a session that never was': 'hfs_00000000000000000000',
      'half of a session': world.sessions.zoe.slice(0, -1),
    };
    for (const line of ['POST /channel', 'POST /user/token', 'GET /api/v1/me', 'GET /api/v1/users/alice', 'POST /api/v1/users']) {
      const ask = async (value: string) => {
        const request = [
          `${line} HTTP/1.1`,
          `Host: ${http}`,
          `Authorization: Bearer ${value}`,
          'Content-Length: 2',
          'Connection: close',
        ];
        return masked((await raw(http, `${request.join('\r\n')}\r\n\r\n{}`, freshAddress())).toString());
      };
      assertOne(await answersOf(values, ask), 'cred.rejected');
    }
  });

  test('logins: whole answers are the same for unknown uid, wrong password, bot, no password and banned', async () => {
    const { http } = world.server.at;
    const ask = async ([uid, password]: readonly [string, string]) => {
      const body = JSON.stringify({ uid, password });
      const lines = ['POST /api/v1/auth/login HTTP/1.1', `Host: ${http}`, 'Content-Type: application/json', 'Connection: close'];
      return masked(
        (
          await raw(http, `${[...lines, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`, freshAddress())
        ).toString(),
      );
    };
    const answers = await answersOf(
      {
        'an unknown uid': ['nobody', PASSWORD],
        'a wrong password': ['alice', 'wrong password'],
        'an empty password': ['alice', ''],
        'a bot': [BOT, PASSWORD],
        'the system account': ['____system', PASSWORD],
        'an account without a password': ['carol', PASSWORD],
        'a banned account with its password': ['frank', PASSWORD],
        'a banned account with a wrong one': ['frank', 'wrong password'],
      },
      ask,
    );
    assertOne(answers, 'cred.login_failed');
  });

  const KNOWN_TO_OTHERS = [GROUPS.strangers, GROUPS.gone, GROUPS.locked, GROUPS.others] as const;

  test('a group of others, dissolved or banned or not, and one that does not exist: whole answers to a message are the same', async () => {
    const uid = 'stranger';
    const token = world.sessions.stranger;
    const groups = [GROUPS.missing, ...KNOWN_TO_OTHERS];
    const requestIds: string[] = [];
    for (const kind of ['tcp', 'ws'] as const) {
      const session = await openSession(await openTap(kind, world.server.at[kind], freshAddress()), { uid, token });
      const rpc = await openRpc(kind, world.server.at[kind], freshAddress());
      await rpc.call('connect', { uid, token, deviceFlag: 2, deviceId: 'd' });
      const acks: Record<string, string> = {};
      const answers: Record<string, string> = {};
      for (const channelId of groups) {
        const ack = await session.send({ channelId });
        // Without clientSeq.
        acks[channelId] = Buffer.concat([ack.subarray(0, 10), ack.subarray(14)]).toString('hex');
        const sent = await rpc.call('send', { channelId, channelType: 2, payload: 'e30=' });
        requestIds.push(/hr_[0-9A-Z]{26}/.exec(sent)?.[0] ?? '');
        answers[channelId] = masked(sent).replace(/"call-\d+"/, '"call"');
      }
      session.tap.close();
      rpc.close();
      assert.equal(new Set(Object.values(acks)).size, 1, JSON.stringify(acks));
      assertOne(answers, 'im.not_member');
    }
    const told = new Set<string>();
    for (const requestId of requestIds) {
      const found = await world.server.core.decisions.explain(requestId, { kind: 'person', uid });
      // What is over the rate is in memory only.
      const seen = Object.keys(found?.evidence ?? {}).filter((key) => !/^(alsoRefused|keptInMemoryOnly)/.test(key));
      told.add(JSON.stringify({ code: found?.code, text: found?.text, seen }));
    }
    assert.equal(told.size, 1, [...told].join('\n'));
    assert.match([...told].join(), /im\.not_member/);
  });

  test('a group that a bot is not in and one that does not exist: whole answers to its calls are the same', async () => {
    for (const action of ['send_group_msg', 'get_group_info', 'get_group_member_list']) {
      const answers: Record<string, string> = {};
      for (const group of [GROUPS.missing, GROUPS.strangers]) {
        const tap = await world.bot('forward', freshAddress());
        answers[group] = masked(await tap.call(action, { group_id: Number(group), message: 'hi' })).replace(/"echo":"[^"]*"/, '');
        tap.leave();
      }
      assertOne(answers, 'im.not_member');
    }
  });

  test('explanations: an id of somebody else and an id that does not exist look the same', async () => {
    const refused = await call({ to: world.server.at.http, path: '/api/v1/me', from: freshAddress() });
    const known = String(refused.json['requestId']);
    const { http } = world.server.at;
    const ask = async (id: string) => {
      const lines = [
        `GET /api/v1/requests/${id}/explanation HTTP/1.1`,
        `Host: ${http}`,
        `Authorization: Bearer ${world.sessions.stranger}`,
      ];
      return masked((await raw(http, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`, freshAddress())).toString());
    };
    assertOne(
      { known: await ask(known), unknown: await ask('hr_00000000000000000000000000'), odd: await ask('%20') },
      'resource.hidden',
    );
  });
});
