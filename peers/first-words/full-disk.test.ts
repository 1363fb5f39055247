import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { newPerson } from '../lib/person.ts';
import { admin, ADMIN_SECRET, call, type TestServer, until } from '../lib/server.ts';
import { type SmallDisk, startOnSmallDisk } from '../lib/small-disk.ts';
import { WkClient } from '../lib/wk-client.ts';

type Json = Readonly<Record<string, unknown>>;
const UNAVAILABLE = 'srv.store_unavailable';
/** Long, so that no room within a page takes many. */
const PADDING = 'x'.repeat(3_000);

/** A WebSocket that answers one text at a time. */
async function openTalk(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, { headers });
  const heard: Json[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as Json));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    async ask(question: Json, isAnswer: (heard: Json) => boolean): Promise<Json> {
      socket.send(JSON.stringify(question));
      return until('an answer', () => heard.find(isAnswer));
    },
    close: () => socket.close(),
  };
}

/** Says one message as a peer of each surface would, and tells what became of it: its messageSeq or message id, or the refusal in its words. */
type Say = (
  no: string,
) => Promise<{ readonly accepted: true } | { readonly accepted: false; readonly words: readonly unknown[] }>;

/** Numbers, so that a bot can name them. */
const [ANN, BEN, BOT] = ['10101', '10102', '20001'];
const BOTS = `bots: [{uid: "${BOT}", name: Bot, clients: [{name: raw, kind: forward, token: T1}]}]`;

async function surfacesOf(
  t: TestContext,
  server: TestServer,
): Promise<Record<string, { say: Say; refusedWith: readonly unknown[] }>> {
  for (const uid of [ANN, BEN]) await admin(server, '/user/token', { uid, token: `t-${uid}`, device_flag: 0, device_level: 0 });
  await admin(server, '/channel/whitelist_add', { channel_id: ANN, channel_type: 1, uids: [BOT] });
  const ann = new WkClient(server.ready.tcp);
  assert.equal((await ann.login(ANN, `t-${ANN}`)).reasonCode, 1);
  const rpc = await openTalk(server.ready.ws);
  const connected = await rpc.ask(
    { method: 'connect', id: 'c', params: { uid: BEN, token: `t-${BEN}`, deviceFlag: 0, deviceId: 'd' } },
    (heard) => heard['id'] === 'c',
  );
  assert.ok('result' in connected, JSON.stringify(connected));
  const onebot = await openTalk(server.ready.onebotWs, { Authorization: 'Bearer T1' });
  t.after(() => [ann, rpc, onebot].forEach((one) => one.close()));
  const text = (no: string) => JSON.stringify({ type: 1, content: `${no} ${PADDING}` });
  return {
    wkproto: {
      refusedWith: [15],
      async say(no) {
        const clientSeq = ann.send(BEN, 1, no, text(no));
        const ack = await until('an acknowledgement', () => ann.acks.get(clientSeq));
        return ack.reasonCode === 1 ? { accepted: true } : { accepted: false, words: [ack.reasonCode] };
      },
    },
    jsonrpc: {
      refusedWith: [15, UNAVAILABLE],
      async say(no) {
        const params = { clientMsgNo: no, channelId: ANN, channelType: 1, payload: Buffer.from(text(no)).toString('base64') };
        const heard = await rpc.ask({ method: 'send', id: no, params }, (one) => one['id'] === no);
        const error = heard['error'] as { code: number; data: { reason: string } } | undefined;
        return error === undefined ? { accepted: true } : { accepted: false, words: [error.code, error.data.reason] };
      },
    },
    'wukong-http': {
      refusedWith: [503, UNAVAILABLE],
      async say(no) {
        const { status, body } = await admin(server, '/message/send', {
          from_uid: ANN,
          channel_id: BEN,
          channel_type: 1,
          client_msg_no: no,
          payload: Buffer.from(text(no)).toString('base64'),
        });
        return status === 200 ? { accepted: true } : { accepted: false, words: [status, body.reason] };
      },
    },
    onebot: {
      refusedWith: [1503, UNAVAILABLE],
      async say(no) {
        const params = { user_id: Number(ANN), message: `${no} ${PADDING}` };
        const heard = await onebot.ask({ action: 'send_private_msg', params, echo: no }, (one) => one['echo'] === no);
        return heard['retcode'] === 0 ? { accepted: true } : { accepted: false, words: [heard['retcode'], heard['reason']] };
      },
    },
  };
}

async function given(t: TestContext): Promise<SmallDisk> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hufu-full-'));
  const disk = await startOnSmallDisk(dataDir, BOTS);
  t.after(async () => {
    await disk.server.kill('SIGKILL');
    rmSync(dataDir, { recursive: true });
  });
  return disk;
}

it('a full disk: every surface refuses, nothing is acknowledged that is not kept, and all goes on when there is room', {
  timeout: 180_000,
}, async (t) => {
  const disk = await given(t);
  const { server } = disk;
  const surfaces = await surfacesOf(t, server);
  const kept: string[] = [];
  for (const [name, { say }] of Object.entries(surfaces)) {
    for (let n = 0; n < 5; n += 1) {
      assert.deepEqual(await say(`before-${name}-${n}`), { accepted: true }, name);
      kept.push(`before-${name}-${n}`);
    }
  }

  disk.fill();
  const refused: string[] = [];
  for (const [name, { say, refusedWith }] of Object.entries(surfaces)) {
    // The log may still have room in pages that it has; what it takes there is kept like everything else.
    for (let n = 0, refusals = 0; refusals < 3; n += 1) {
      assert.ok(n < 2_000, `${name} finds the disk full`);
      const said = await say(`full-${name}-${n}`);
      if (said.accepted) kept.push(`full-${name}-${n}`);
      else {
        assert.deepEqual(said.words, refusedWith, name);
        refused.push(`full-${name}-${n}`);
        refusals += 1;
      }
    }
  }

  disk.free();
  for (const [name, { say }] of Object.entries(surfaces)) {
    await until(`${name} to go on`, async () => (await say(`after-${name}`)).accepted);
    kept.push(`after-${name}`);
  }
  assert.equal(server.process.exitCode, null, 'the server is the same process');

  const there = new Set<string>();
  for (const channel of [BEN, BOT]) {
    const { body } = await admin(server, '/channel/messagesync', {
      login_uid: ANN,
      channel_id: channel,
      channel_type: 1,
      start_message_seq: 1,
      end_message_seq: 0,
      limit: 10_000,
      pull_mode: 1,
    });
    const messages = body.messages as { message_seq: number; payload: string }[];
    assert.deepEqual(
      messages.map((one) => one.message_seq),
      messages.map((_, index) => index + 1),
    );
    for (const one of messages) {
      const { content } = JSON.parse(Buffer.from(one.payload, 'base64').toString()) as { content: string };
      there.add(content.split(' ')[0] ?? '');
    }
  }
  for (const no of kept) assert.ok(there.has(no), `${no} was acknowledged and is not there`);
  for (const no of refused) assert.ok(!there.has(no), `${no} was refused and is there`);
});

it('a full disk: files, accounts, sign-ins, new chats and records of refusals are refused or lost, and the server stays up', {
  timeout: 120_000,
}, async (t) => {
  const disk = await given(t);
  const { server } = disk;
  const person = await newPerson(server, 'eve');
  await admin(server, '/user/token', { uid: 'eve', token: 't-eve', device_flag: 0, device_level: 0 });
  const upload = () => {
    const form = new FormData();
    form.append('file', new Blob([Buffer.alloc(3_000_000, 7)]), 'a.bin');
    return fetch(`${server.ready.http}/api/v1/files`, { method: 'POST', headers: person.headers, body: form });
  };
  assert.equal((await upload()).status, 200);
  const eve = new WkClient(server.ready.tcp);
  t.after(() => eve.close());
  assert.equal((await eve.login('eve', 't-eve')).reasonCode, 1);

  disk.fill();
  const refusedUpload = await upload();
  assert.deepEqual([refusedUpload.status, ((await refusedUpload.json()) as Json)['code']], [503, UNAVAILABLE]);
  // Until the log has used up what room is left in its own pages.
  let last: Json = {};
  for (let n = 0; n < 2_000 && last['reason'] !== UNAVAILABLE; n += 1) {
    const answer = await admin(server, '/user/token', {
      uid: `new-${n}`,
      token: 't'.repeat(60),
      device_flag: 0,
      device_level: 0,
    });
    last = answer.body;
  }
  assert.equal(last['reason'], UNAVAILABLE);
  const login = await call(server, '/api/v1/auth/login', {}, { uid: 'eve', password: 'password-of-the-test' });
  assert.deepEqual([login.status, login.body.code], [503, UNAVAILABLE]);
  const clientSeq = eve.send('somebody-never-seen', 1, 'cold', '{"type":1,"content":"x"}');
  assert.equal((await until('an acknowledgement', () => eve.acks.get(clientSeq))).reasonCode, 15);
  // Refusals by the hundred: their database and the log stand on the same full disk.
  const requestIds: string[] = [];
  for (let n = 0; n < 300; n += 1) {
    const { status, body } = await call(server, '/channel', { token: `wrong-${n}` }, { channel_id: 'x' });
    assert.equal(status, 401);
    requestIds.push(String(body.requestId));
  }
  const explained = await call(server, `/api/v1/requests/${requestIds.at(-1)}/explanation`, {
    Authorization: `Bearer ${ADMIN_SECRET}`,
  });
  assert.equal(explained.status, 200, 'the newest refusals are explained from memory');

  disk.free();
  await until('files to be taken again', async () => (await upload()).status === 200);
  const again = await call(server, '/api/v1/auth/login', {}, { uid: 'eve', password: 'password-of-the-test' });
  assert.equal(again.status, 200);
  // At most five a second of one address are records of their own.
  await until('refusals to be stored', async () => {
    const { body } = await call(server, '/channel', { token: 'wrong-again' }, { channel_id: 'x' });
    const list = await call(server, '/api/v1/refusals?limit=5', { Authorization: `Bearer ${ADMIN_SECRET}` });
    return JSON.stringify(list.body).includes(String(body.requestId));
  });
  assert.equal(server.process.exitCode, null);
});
