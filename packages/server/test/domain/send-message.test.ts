import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GROUP, PERSON } from '../../src/domain/model.ts';
import { type SendCommand, type SendPorts, sendMessage } from '../../src/domain/messages/send-message.ts';
import { createLocalBus } from '../../src/bus/local.ts';
import { AppendQueue } from '../../src/runtime/append-queue.ts';
import { channelOf, MemoryLog, MemoryWorld, memberOf, stateOf, userOf, quiet } from '../support/memory-world.ts';

function world() {
  const channels = new MemoryWorld();
  const log = new MemoryLog();
  const queue = new AppendQueue(log, createLocalBus(), { maxBatch: 100, events: quiet });
  const alice = userOf(1, 'alice');
  const bob = userOf(2, 'bob');
  for (const one of [alice, bob]) channels.people.set(one.uid, one);
  const person = channels.add(stateOf(channelOf(1, PERSON, 'bob@alice'), [memberOf(1), memberOf(2)]));
  const group = channels.add(stateOf(channelOf(2, GROUP, 'g'), [memberOf(1)]));
  const ports: SendPorts = {
    channels,
    users: channels.users,
    append: (draft) => queue.append(draft),
    passOn: (draft) => queue.pass(draft, () => {}),
    rules: { friendsOnly: false, maxPayloadBytes: 100 },
    now: () => 1_700_000_000_000,
  };
  const command = (patch: Partial<SendCommand> = {}): SendCommand => ({
    sender: alice,
    channelId: 'bob',
    channelType: PERSON,
    clientMsgNo: 'm1',
    flags: 0,
    expireSeconds: 0,
    topic: '',
    payload: Buffer.from('{"type":1,"content":"hi"}'),
    origin: '',
    ...patch,
  });
  return { channels, log, ports, command, person, group, alice, bob };
}

async function codeOf(given: ReturnType<typeof world>, patch: Partial<SendCommand>): Promise<string> {
  const sent = await sendMessage(given.ports, given.command(patch));
  return sent.ok ? 'sent' : sent.refusal.code;
}

describe('sendMessage', () => {
  it('stores a person message and answers its id and sequence number', async () => {
    const given = world();
    const sent = await sendMessage(given.ports, given.command());
    assert.deepEqual(sent, { ok: true, value: { messageId: 1, messageSeq: 1, tsMs: 1_700_000_000_000 } });
  });

  it('makes one store call per batch and no read when the channel is warm', async () => {
    const given = world();
    await sendMessage(given.ports, given.command());
    given.log.appends = 0;
    given.channels.loads = 0;
    const all = Array.from({ length: 1000 }, (_, index) => sendMessage(given.ports, given.command({ clientMsgNo: `n${index}` })));
    await Promise.all(all);
    assert.equal(given.channels.loads, 0);
    assert.equal(given.log.reads, 0);
    assert.equal(given.log.appends, 10);
  });

  it('names each cause in the order that WuKongIM checks them', async () => {
    const given = world();
    const stranger = userOf(3, 'carol');
    assert.equal(await codeOf(given, { sender: { ...given.alice, sendBan: true } }), 'im.send_banned');
    assert.equal(await codeOf(given, { sender: stranger, channelId: 'g', channelType: GROUP }), 'im.not_member');
    given.group.allow.add(99);
    assert.equal(await codeOf(given, { channelId: 'g', channelType: GROUP }), 'im.not_whitelisted');
    given.group.deny.add(1);
    assert.equal(await codeOf(given, { channelId: 'g', channelType: GROUP }), 'im.blacklisted');
    given.group.channel = { ...given.group.channel, disband: true };
    assert.equal(await codeOf(given, { channelId: 'g', channelType: GROUP }), 'im.disbanded');
    given.group.channel = { ...given.group.channel, ban: true };
    assert.equal(await codeOf(given, { channelId: 'g', channelType: GROUP }), 'im.channel_banned');
    assert.equal(await codeOf(given, { sender: stranger, channelId: 'g', channelType: GROUP }), 'im.channel_banned');
    assert.equal(await codeOf(given, { sender: stranger, channelId: 'g', channelType: GROUP, origin: 'c-1' }), 'im.not_member');
    given.group.deny.add(stranger.u);
    assert.equal(
      await codeOf(given, { sender: stranger, channelId: 'g', channelType: GROUP, origin: 'c-1' }),
      'im.channel_banned',
      'who was put on the list has to do with the group',
    );
  });

  it('refuses a person who is blocked by the other, and only that direction', async () => {
    const given = world();
    given.person.deny.add(2);
    assert.equal(await codeOf(given, {}), 'im.blacklisted');
    assert.equal(await codeOf(given, { sender: given.bob, channelId: 'alice' }), 'sent');
  });

  it('refuses what cannot be a message, and stores nothing of it', async () => {
    const given = world();
    assert.equal(await codeOf(given, { payload: new Uint8Array(0) }), 'im.payload_empty');
    assert.equal(await codeOf(given, { payload: new Uint8Array(101) }), 'im.payload_too_large');
    assert.equal(await codeOf(given, { channelId: 'nobody-knows', channelType: GROUP }), 'im.channel_missing');
    assert.equal(await codeOf(given, { channelId: '', channelType: PERSON }), 'im.channel_invalid');
    assert.equal(await codeOf(given, { channelId: 'x#y', channelType: PERSON }), 'im.channel_invalid');
    assert.equal(await codeOf(given, { channelId: 'carol@dave', channelType: PERSON }), 'im.channel_invalid');
    assert.equal(await codeOf(given, { channelType: 77 }), 'im.channel_type_unsupported');
    assert.equal(given.log.messages.length, 0);
  });

  it('takes the full stored id of a person channel that the sender is part of', async () => {
    const given = world();
    assert.equal(await codeOf(given, { channelId: 'bob@alice' }), 'sent');
    assert.equal(given.log.messages[0]?.ch, 1);
  });

  it('passes the refusal of a full disk on and takes the next message again', async () => {
    const given = world();
    given.log.refuseNext = { ok: false, refusal: { code: 'srv.store_unavailable', retryAfterSeconds: 1 } };
    assert.equal(await codeOf(given, {}), 'srv.store_unavailable');
    assert.equal(await codeOf(given, { clientMsgNo: 'm2' }), 'sent');
  });
});
