import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { personChannelId } from '../../src/domain/channels/channel-id.ts';
import { Chat } from './support/chat.ts';
import { RpcClient } from './support/rpc.ts';
import { openServer, type TestServer } from './support/server.ts';

describe('messages between clients', { concurrency: 4 }, () => {
  let server: TestServer;
  before(async () => {
    server = await openServer({ 'tokens.check': 'off' });
  });
  after(() => server.close());

  const recvs = (chat: Chat) =>
    chat.lines.filter((line) => line.startsWith('RECV ')).map((line) => JSON.parse(line.slice(5)) as Record<string, unknown>);

  it('an unstored message has the same id from 2^62 on everywhere, no sequence number, and is never stored', async () => {
    const [a, b] = [await Chat.login(server, { uid: 'un1' }), await Chat.login(server, { uid: 'un2' })];
    const web = await RpcClient.login(server, { uid: 'un2', deviceId: 'web' });
    a.say({ to: 'un2', no: 'stored', flags: 2 });
    a.say({ to: 'un2', no: 'typing', flags: 1 });
    await a.wire.heard(3);
    await b.wire.heard(3);
    await web.until(() => web.recvs.length === 2);
    assert.deepEqual(a.lines.slice(1), ['SENDACK 1 seq 1 clientSeq 1 flags 2 id', 'SENDACK 1 seq 0 clientSeq 2 flags 1 id']);
    const [, unstored] = b.wire.transcript.received;
    assert.ok(unstored !== undefined && unstored > 1n << 62n, `${unstored}`);
    assert.deepEqual(
      web.recvs.map(({ messageId, messageSeq }) => [messageId, messageSeq]),
      [
        [String(b.wire.transcript.received[0]), 1],
        [String(unstored), 0],
      ],
    );
    const channel = server.core.channels.peek(1, personChannelId('un1', 'un2'))?.channel;
    assert.equal(await server.core.messages.lastSeq(channel?.ch ?? 0), 1);
    for (const one of [a.wire, b.wire, web]) one.end();
  });

  it('a JSON-RPC send that is not stored is answered with that id as text', async () => {
    const web = await RpcClient.login(server, { uid: 'un3' });
    const answer = await web.call('send', {
      channelId: 'un4',
      channelType: 1,
      payload: { type: 1 },
      header: { noPersist: true, redDot: true },
    });
    assert.match(String(answer.result?.['messageId']), /^46116860184273\d{5}$/);
    assert.deepEqual(answer.result?.['header'], { noPersist: true, redDot: true });
    web.end();
  });

  it('topic, expire and setting reach each client as far as its version has a place for them', async () => {
    const sender = await Chat.login(server, { uid: 'ver0' });
    const versions = [1, 2, 3, 4, 5];
    const receivers = await Promise.all(
      versions.map((version) => Chat.login(server, { uid: 'ver1', version, deviceId: `v${version}` })),
    );
    // 128 receipt, 4 and 2 the two stream bits, 8 topic.
    sender.say({ to: 'ver1', no: 'm', setting: 128 | 4 | 2, topic: 'sport', expire: 60 });
    for (const receiver of receivers) await receiver.wire.heard(2);
    const seen = receivers.map((receiver) => recvs(receiver).map(({ setting, topic, expire }) => [setting, topic, expire]));
    assert.deepEqual(seen, [
      [[136, 'sport', 0]],
      [[136, 'sport', 0]],
      [[136, 'sport', 60]],
      [[136, 'sport', 60]],
      [[142, 'sport', 60]],
    ]);
    for (const one of [sender, ...receivers]) one.wire.end();
  });

  it('the red dot is for the peer and not for the sender’s other devices, on both protocols', async () => {
    const sender = await Chat.login(server, { uid: 'dot1', deviceId: 'phone' });
    const tablet = await Chat.login(server, { uid: 'dot1', deviceId: 'tablet' });
    const page = await RpcClient.login(server, { uid: 'dot1', deviceId: 'page' });
    const peer = await RpcClient.login(server, { uid: 'dot2' });
    sender.say({ to: 'dot2', no: 'm', flags: 2 });
    await tablet.wire.heard(2);
    await page.until(() => page.recvs.length === 1);
    await peer.until(() => peer.recvs.length === 1);
    assert.deepEqual(recvs(tablet)[0]?.['flags'], 0);
    assert.deepEqual(page.recvs[0]?.['header'], {});
    assert.deepEqual(peer.recvs[0]?.['header'], { redDot: true });
    assert.equal(page.recvs[0]?.['channelId'], 'dot2', 'the sender’s devices see the peer');
    assert.equal(peer.recvs[0]?.['channelId'], 'dot1');
    for (const one of [sender.wire, tablet.wire, page, peer]) one.end();
  });

  it('a payload of 32 767 bytes goes through, one more is refused with reason 9', async () => {
    const [a, b] = [await Chat.login(server, { uid: 'size1' }), await Chat.login(server, { uid: 'size2' })];
    a.say({ to: 'size2', no: 'fits', text: 'x'.repeat(32_767) });
    a.say({ to: 'size2', no: 'not', text: 'x'.repeat(32_768) });
    await a.wire.heard(3);
    await b.wire.heard(2);
    assert.deepEqual(a.lines.slice(1), ['SENDACK 1 seq 1 clientSeq 1 flags 0 id', 'SENDACK 9 seq 0 clientSeq 2 flags 0']);
    assert.equal(String(recvs(b)[0]?.['plain']).length, 32_767);
    for (const one of [a, b]) one.wire.end();
  });

  it('a send ban takes effect on a JSON-RPC connection that was open before', async () => {
    const page = await RpcClient.login(server, { uid: 'ban1' });
    const send = (clientMsgNo: string) =>
      page.call('send', { channelId: 'ban2', channelType: 1, clientMsgNo, payload: { type: 1 } });
    assert.equal((await send('1')).result?.['reasonCode'], 1);
    const saved = await server.core.directory.saveUser('ban1', { sendBan: true });
    assert.ok(saved.ok);
    server.core.bus.publishChanges(saved.value.changes);
    const refused = await send('2');
    assert.deepEqual([refused.error?.code, refused.error?.data?.reason], [25, 'im.send_banned']);
    page.end();
  });
});
