import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { FrameDecoder } from '@hufu/protocol/wkproto';
import { admin, startServer, until } from '../lib/server.ts';
import { readTrace, stracePrefix, type Syscall } from '../lib/trace.ts';
import { WkClient } from '../lib/wk-client.ts';

it('each SENDACK leaves after a sync of the log that began after its own message was written', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-trace-'));
  const trace = join(folder, 'trace');
  const calls = ['fsync', 'fdatasync', 'write', 'writev', 'pwrite64', 'pwritev', 'sendto', 'sendmsg'];
  const server = await startServer({ prefix: stracePrefix(trace, calls) });
  const numbers = new Map<string, string>();
  const send = (client: WkClient, uid: string, count: number): number[] =>
    Array.from({ length: count }, () => {
      const clientMsgNo = `traced-${uid}-${numbers.size}-`;
      const clientSeq = client.send('ben', 1, clientMsgNo, JSON.stringify({ type: 1, content: clientMsgNo }));
      numbers.set(`${uid}/${clientSeq}`, clientMsgNo);
      return clientSeq;
    });
  const clients = new Map<string, WkClient>();
  for (const uid of ['ann', 'cid', 'dan', 'ben']) {
    await admin(server, '/user/token', { uid, token: `t-${uid}`, device_flag: 0, device_level: 0 });
    const client = new WkClient(server.ready.tcp);
    assert.equal((await client.login(uid, `t-${uid}`)).reasonCode, 1);
    if (uid !== 'ben') clients.set(uid, client);
  }
  // One after the other, then several senders with several messages under way each.
  for (let index = 0; index < 10; index += 1) {
    for (const [uid, client] of clients) {
      const [clientSeq = 0] = send(client, uid, 1);
      await until('the acknowledgement', () => client.acks.get(clientSeq));
    }
  }
  for (let round = 0; round < 4; round += 1) {
    const waiting = [...clients].map(([uid, client]) => [client, send(client, uid, 8)] as const);
    for (const [client, seqs] of waiting)
      for (const clientSeq of seqs) await until('the acknowledgement', () => client.acks.get(clientSeq));
  }
  await server.kill('SIGTERM');

  const seen = readTrace(trace);
  const appended = seen.filter((call) => call.target.endsWith('/hufu.db-wal') && /^p?write/.test(call.name));
  const syncs = seen.filter((call) => call.target.endsWith('/hufu.db-wal') && call.name.startsWith('f') && call.succeeded);
  const acks = acksIn(seen.filter((call) => call.target.startsWith('socket:')));
  for (const [key, clientMsgNo] of numbers) {
    const append = appended.find((call) => call.bytes.includes(clientMsgNo));
    assert.ok(append, `${clientMsgNo} was written to the log`);
    const uid = key.split('/')[0] ?? '';
    const ack = acks.find((one) => `${uid}/${one.clientSeq}` === key && one.messageId === idOf(clients.get(uid), one.clientSeq));
    assert.ok(ack, `the acknowledgement of ${clientMsgNo} was traced`);
    const durable = syncs.some((sync) => sync.began > append.ended && sync.ended < ack.began);
    assert.ok(durable, `${clientMsgNo} was acknowledged without a sync of the log after it was written`);
  }
  for (const client of clients.values()) client.close();
  rmSync(folder, { recursive: true });
  rmSync(server.dataDir, { recursive: true });
});

const idOf = (client: WkClient | undefined, clientSeq: number): bigint | undefined => client?.acks.get(clientSeq)?.messageId;

/** The SENDACKs among what went to sockets, each with the moment its first byte could leave. */
function acksIn(writes: readonly Syscall[]): { clientSeq: number; messageId: bigint; began: number }[] {
  const decoders = new Map<string, FrameDecoder>();
  const acks: { clientSeq: number; messageId: bigint; began: number }[] = [];
  for (const call of writes) {
    const decoder = decoders.get(call.target) ?? new FrameDecoder({ maxFrameBytes: 1 << 20, side: 'client' });
    decoders.set(call.target, decoder);
    // What is no WKProto (HTTP answers) stops its decoder at once.
    decoder.push(call.bytes, (frame) => {
      if (frame.type === 'sendack' && frame.reasonCode === 1)
        acks.push({ clientSeq: frame.clientSeq, messageId: frame.messageId, began: call.began });
    });
  }
  return acks;
}

it('kill -9 among many senders: what was acknowledged is there once, in order, and so is what was delivered', {
  timeout: 180_000,
}, async () => {
  let server = await startServer();
  const people = Array.from({ length: 12 }, (_, index) => `p${index}`);
  for (const uid of people) await admin(server, '/user/token', { uid, token: `t-${uid}`, device_flag: 0, device_level: 0 });
  await admin(server, '/channel', { channel_id: 'all', channel_type: 2, subscribers: people });
  const acknowledged = new Map<string, number>();
  const delivered = new Map<string, number>();
  for (let life = 0; life < 4; life += 1) {
    const clients = new Map(people.map((uid) => [uid, new WkClient(server.ready.tcp)]));
    for (const [uid, client] of clients) assert.equal((await client.login(uid, `t-${uid}`)).reasonCode, 1);
    const sent = new Map<string, string>();
    const enough = 400 + life * 150;
    // Each keeps sixteen messages under way; the kill comes when so many are answered, in the middle of the next ones.
    while ([...clients.values()].reduce((sum, client) => sum + client.acks.size, 0) < enough) {
      for (const [uid, client] of clients) {
        while (client.sent - client.acks.size < 16) {
          const clientMsgNo = `${life}-${uid}-${client.sent}`;
          sent.set(`${uid}/${client.send('all', 2, clientMsgNo, `{"type":1,"content":"${clientMsgNo}"}`)}`, clientMsgNo);
        }
      }
      await new Promise(setImmediate);
    }
    await server.kill('SIGKILL');
    await until('all connections to be gone', () => [...clients.values()].every((client) => client.closed));
    for (const [uid, client] of clients) {
      for (const [clientSeq, ack] of client.acks) {
        assert.equal(ack.reasonCode, 1);
        acknowledged.set(sent.get(`${uid}/${clientSeq}`) ?? '', ack.messageSeq);
      }
      for (const frame of client.received) if (frame.type === 'recv') delivered.set(frame.clientMsgNo, frame.messageSeq);
    }
    server = await server.again();
  }
  const messages: { message_seq: number; client_msg_no: string }[] = [];
  for (let from = 1; ; from += 1_000) {
    const page = await admin(server, '/channel/messagesync', {
      login_uid: 'p0',
      channel_id: 'all',
      channel_type: 2,
      start_message_seq: from,
      end_message_seq: 0,
      limit: 1_000,
      pull_mode: 1,
    });
    const part = page.body.messages as typeof messages;
    if (part.length === 0) break;
    messages.push(...part);
  }
  assert.deepEqual(
    messages.map((one) => one.message_seq),
    messages.map((_, index) => index + 1),
    'messageSeq has a gap',
  );
  const seqOf = new Map(messages.map((one) => [one.client_msg_no, one.message_seq]));
  assert.equal(seqOf.size, messages.length, 'a message is there twice');
  for (const known of [acknowledged, delivered])
    for (const [clientMsgNo, seq] of known)
      assert.equal(seqOf.get(clientMsgNo), seq, `${clientMsgNo} is not where it was said to be`);
  assert.ok(
    acknowledged.size > 2_000 && delivered.size > 2_000,
    `${acknowledged.size} acknowledged, ${delivered.size} delivered`,
  );
  // A sender's messages stand in the order in which it sent them.
  for (const uid of people) {
    const own = messages.map((one) => one.client_msg_no.split('-')).filter((parts) => parts[1] === uid);
    const order = own.map(([life, , n]) => Number(life) * 100_000 + Number(n));
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  }
  await server.close();
});
