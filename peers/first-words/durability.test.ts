import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { admin, startServer, until } from '../lib/server.ts';
import { WkClient } from '../lib/wk-client.ts';

it('kill -9 under 200 messages a second loses and doubles nothing that was acknowledged', { timeout: 120_000 }, async () => {
  let server = await startServer();
  for (const uid of ['ann', 'ben'])
    await admin(server, '/user/token', { uid, token: `t-${uid}`, device_flag: 0, device_level: 0 });
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < 3; round += 1) {
    const ann = new WkClient(server.ready.tcp);
    assert.equal((await ann.login('ann', 't-ann')).reasonCode, 1);
    const numbers = new Map<number, string>();
    for (let index = 0; index < 200; index += 1) {
      const clientMsgNo = `r${round}-${index}`;
      numbers.set(ann.send('ben', 1, clientMsgNo, JSON.stringify({ type: 1, content: clientMsgNo })), clientMsgNo);
      if (index === 150) await server.kill('SIGKILL');
      await delay(5);
    }
    for (const [clientSeq, ack] of ann.acks)
      if (ack.reasonCode === 1) acknowledged.set(numbers.get(clientSeq) ?? '', ack.messageSeq);
    ann.close();
    server = await server.again();
  }
  assert.ok(acknowledged.size > 300, `only ${acknowledged.size} were acknowledged`);
  const page = await admin(server, '/channel/messagesync', {
    login_uid: 'ben',
    channel_id: 'ann',
    channel_type: 1,
    start_message_seq: 0,
    end_message_seq: 0,
    limit: 10_000,
    pull_mode: 1,
  });
  const messages = page.body.messages as { message_seq: number; client_msg_no: string }[];
  assert.deepEqual(
    messages.map((one) => one.message_seq),
    messages.map((_, index) => index + 1),
    'messageSeq has a gap',
  );
  assert.equal(new Set(messages.map((one) => one.client_msg_no)).size, messages.length, 'a message is there twice');
  const seqOf = new Map(messages.map((one) => [one.client_msg_no, one.message_seq]));
  for (const [clientMsgNo, seq] of acknowledged)
    assert.equal(seqOf.get(clientMsgNo), seq, `${clientMsgNo} was acknowledged and is not there`);
  await server.close();
});

it('each SENDACK leaves after a sync that began after its append', { timeout: 120_000 }, async () => {
  const trace = join(mkdtempSync(join(tmpdir(), 'hufu-trace-')), 'trace');
  const server = await startServer({
    prefix: [
      'strace',
      '-f',
      '-ttt',
      '-y',
      '-s',
      '16',
      '-e',
      'trace=fsync,fdatasync,write,writev,pwrite64,sendto,sendmsg',
      '-o',
      trace,
    ],
  });
  for (const uid of ['ann', 'ben'])
    await admin(server, '/user/token', { uid, token: `t-${uid}`, device_flag: 0, device_level: 0 });
  const ann = new WkClient(server.ready.tcp);
  assert.equal((await ann.login('ann', 't-ann')).reasonCode, 1);
  for (let index = 0; index < 20; index += 1) {
    const clientSeq = ann.send('ben', 1, `m${index}`, '{"type":1,"content":"x"}');
    await until('the acknowledgement', () => ann.acks.get(clientSeq));
  }
  ann.close();
  await server.kill('SIGTERM');
  const lines = readFileSync(trace, 'utf8').split('\n');
  // Sequential sends: between two acknowledgements to the client there must be a write to the log file and, after it, a completed sync of it.
  const events = lines.flatMap((line) => {
    if (/(fsync|fdatasync).*hufu\.db(-wal)?>?.*= 0|<\.\.\. (fsync|fdatasync) resumed>.*= 0/.test(line)) return ['sync'];
    if (/(write|pwrite64|writev)\(\d+<[^>]*hufu\.db-wal/.test(line)) return ['append'];
    if (/(write|writev|sendto|sendmsg)\(\d+<(TCP|socket)[^>]*>.*"(B|@)\\(21|17|v)/.test(line)) return ['ack'];
    return [];
  });
  const acks = events.filter((event) => event === 'ack').length;
  assert.ok(acks >= 20, `${acks} acknowledgements seen in the trace`);
  let synced = false;
  let appended = false;
  let seen = 0;
  for (const event of events) {
    if (event === 'append') {
      appended = true;
      synced = false;
    } else if (event === 'sync') synced = appended;
    else {
      seen += 1;
      assert.ok(synced, `acknowledgement ${seen} left without a sync after its append`);
      appended = false;
      synced = false;
    }
  }
  execFileSync('rm', ['-rf', server.dataDir]);
});
