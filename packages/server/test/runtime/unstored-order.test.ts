import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLocalBus } from '../../src/bus/local.ts';
import { type Draft, FLAG_NO_PERSIST } from '../../src/domain/model.ts';
import { AppendQueue } from '../../src/runtime/append-queue.ts';
import { MemoryLog, quiet } from '../support/memory-world.ts';

function draft(clientMsgNo: string, flags = 0): Draft {
  const rest = { expireSeconds: 0, topic: '', origin: '', parties: null };
  return { ch: 1, sender: 1, clientMsgNo, flags, tsMs: 1, payload: Buffer.from('x'), ...rest };
}

function given() {
  const bus = createLocalBus();
  const log = new MemoryLog();
  const heard: string[] = [];
  bus.onStored(({ batch }) => heard.push(...batch.map((message) => message.clientMsgNo)));
  const queue = new AppendQueue(log, bus, { events: quiet });
  const append = (no: string) => queue.append(draft(no));
  const pass = (no: string) => queue.pass(draft(no, FLAG_NO_PERSIST), (message) => heard.push(message.clientMsgNo));
  return { log, heard, append, pass };
}

it('an unstored message keeps its place among the stored ones that were said before and after it', async () => {
  const { log, heard, append, pass } = given();
  const answers = await Promise.all([append('1'), pass('2'), append('3'), pass('4'), append('5')]);
  assert.deepEqual(heard, ['1', '2', '3', '4', '5']);
  assert.deepEqual(
    log.messages.map((message) => message.clientMsgNo),
    ['1', '3', '5'],
  );
  assert.ok(answers.every((answer) => answer.ok));
});

it('an unstored message goes on at once when nothing waits for the disk, each with an id of its own', async () => {
  const { heard, pass } = given();
  const first = pass('1');
  assert.deepEqual(heard, ['1']);
  assert.deepEqual(await first, { ok: true, value: -1 });
  assert.deepEqual(await pass('2'), { ok: true, value: -2 });
});

it('unstored messages go on while the disk refuses the stored ones', async () => {
  const { log, heard, append, pass } = given();
  log.refuseNext = { ok: false, refusal: { code: 'srv.store_unavailable' } };
  const [stored, unstored] = await Promise.all([append('1'), pass('2')]);
  assert.equal(stored.ok, false);
  assert.equal(unstored.ok, true);
  assert.deepEqual(heard, ['2']);
});
