import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { admin, ADMIN_SECRET, call, startServer, type TestServer, until } from '../lib/server.ts';
import { WkClient } from '../lib/wk-client.ts';

const STORED = 1;
const OVERLOADED = 15;

async function given(t: TestContext, options: Parameters<typeof startServer>[0]): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hufu-overload-'));
  const server = await startServer({ ...options, dataDir });
  t.after(async () => {
    await server.kill('SIGKILL');
    rmSync(dataDir, { recursive: true });
  });
  return server;
}

async function clientOf(t: TestContext, server: TestServer, uid: string): Promise<WkClient> {
  await admin(server, '/user/token', { uid, token: `t-${uid}`, device_flag: 0, device_level: 0 });
  const client = new WkClient(server.ready.tcp);
  t.after(() => client.close());
  assert.equal((await client.login(uid, `t-${uid}`)).reasonCode, STORED);
  return client;
}

/** Each sync of the disk takes so much longer. */
const slowDisk = (delayMs: number): string[] => [
  'strace',
  '-f',
  '--seccomp-bpf',
  '-o',
  '/dev/null',
  '-e',
  'trace=fsync,fdatasync',
  '-e',
  `inject=fsync,fdatasync:delay_exit=${delayMs * 1000}`,
];

const residentMegabytes = (server: TestServer): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.ready.pid}/status`, 'utf8'))?.[1]) / 1024;

it('a slow disk under a flood: what has no room is refused by name, the rest is kept in order, memory stays', {
  timeout: 180_000,
}, async (t) => {
  const limit = 2_000;
  const server = await given(t, { prefix: slowDisk(150), yaml: `limits: {pendingMessages: ${limit}}` });
  const uids = Array.from({ length: 10 }, (_, index) => `s${index}`);
  const senders = await Promise.all(uids.map((uid) => clientOf(t, server, uid)));
  const before = residentMegabytes(server);
  const each = 1_000;
  for (const [index, sender] of senders.entries())
    for (let n = 0; n < each; n += 1) sender.send('quiet', 1, `${uids[index]}-${n}`, `{"type":1,"content":"${'y'.repeat(500)}"}`);
  await until('every message to be answered', () => senders.every((sender) => sender.acks.size === each), 120_000);

  const reasons = senders.flatMap((sender) => [...sender.acks.values()].map((ack) => ack.reasonCode));
  assert.deepEqual(
    [...new Set(reasons)].sort((a, b) => a - b),
    [STORED, OVERLOADED],
  );
  assert.ok(residentMegabytes(server) - before < 250, `${before} MB became ${residentMegabytes(server)} MB`);
  for (const sender of senders) {
    const stored = [...sender.acks].filter(([, ack]) => ack.reasonCode === STORED).sort(([a], [b]) => a - b);
    assert.deepEqual(
      stored.map(([, ack]) => ack.messageSeq),
      stored.map((_, index) => index + 1),
      'stored once, in the order sent',
    );
  }
  const [sender = senders[0]] = senders;
  const clientSeq = sender?.send('quiet', 1, 'afterwards', '{"type":1,"content":"z"}') ?? 0;
  assert.equal((await until('an acknowledgement', () => sender?.acks.get(clientSeq))).reasonCode, STORED);
  const list = await call(server, '/api/v1/refusals?limit=100', { Authorization: `Bearer ${ADMIN_SECRET}` });
  assert.match(JSON.stringify(list.body), /srv\.overloaded/);
});

it('a flood of refused connects costs no message anything and leaves few records', { timeout: 120_000 }, async (t) => {
  const server = await given(t, {});
  const [ann, ben] = await Promise.all([clientOf(t, server, 'ann'), clientOf(t, server, 'ben')]);
  let refused = 0;
  let flooding = true;
  const knock = async (): Promise<void> => {
    while (flooding) {
      const stranger = new WkClient(server.ready.tcp);
      const answer = await stranger.login('ann', 'wrong').catch(() => null);
      if (answer !== null && answer.reasonCode !== STORED) refused += 1;
      stranger.close();
    }
  };
  const knockers = Array.from({ length: 16 }, knock);
  for (let n = 0; n < 300; n += 1) {
    const clientSeq = ann.send('ben', 1, `n${n}`, '{"type":1,"content":"x"}');
    assert.equal((await until('an acknowledgement', () => ann.acks.get(clientSeq))).reasonCode, STORED);
  }
  await until('many refusals', () => refused > 200, 60_000);
  flooding = false;
  await Promise.all(knockers);
  await until('all messages', () => ben.received.length === 300);
  const rows = (await call(server, '/api/v1/refusals?limit=1000', { Authorization: `Bearer ${ADMIN_SECRET}` })).body;
  const records = (rows as { refusals: { repeated?: number }[] }).refusals;
  assert.ok(records.length < refused / 4, `${records.length} records of ${refused} refusals from one address`);
});

it('senders that never read what they are answered are let go, and take nothing from the others', {
  timeout: 120_000,
}, async (t) => {
  const server = await given(t, { yaml: 'limits: {outboxBytes: 65536}' });
  const [ann, ben] = await Promise.all([clientOf(t, server, 'ann'), clientOf(t, server, 'ben')]);
  const deaf = await Promise.all(Array.from({ length: 5 }, (_, index) => clientOf(t, server, `deaf${index}`)));
  for (const client of deaf) client.stopReading();
  const before = residentMegabytes(server);
  const long = JSON.stringify({ type: 1, content: 'x'.repeat(12_000) });
  let said = 0;
  await until(
    'all of them to be let go',
    async () => {
      // Each writes to the next one, so that much waits for all of them.
      for (const [index, client] of deaf.entries())
        for (let n = 0; n < 100; n += 1) client.send(`deaf${(index + 1) % deaf.length}`, 1, '', long);
      const clientSeq = ann.send('ben', 1, `n${said++}`, '{"type":1,"content":"x"}');
      assert.equal((await until('an acknowledgement', () => ann.acks.get(clientSeq))).reasonCode, STORED);
      return deaf.every((client) => client.closed);
    },
    90_000,
  );
  await until('all messages', () => ben.received.length === said);
  const { body } = await call(server, '/api/v1/refusals?limit=100', { Authorization: `Bearer ${ADMIN_SECRET}` });
  assert.deepEqual(
    (body as { refusals: { code: string }[] }).refusals.map((one) => one.code),
    deaf.map(() => 'limit.slow_reader'),
  );
  assert.ok(residentMegabytes(server) - before < 200, `${before} MB became ${residentMegabytes(server)} MB`);
});
