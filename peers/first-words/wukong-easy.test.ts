import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type EasyClient, startEasy } from '../lib/easy.ts';
import { admin, startServer, type TestServer, until } from '../lib/server.ts';
import { WkClient } from '../lib/wk-client.ts';

const DESKTOP = 2;

describe('the unmodified WuKongEasySDK 0.1.0 for Python (JSON-RPC)', { timeout: 180_000 }, () => {
  let server: TestServer;
  const clients: EasyClient[] = [];
  const open = (uid: string, token = `t-${uid}`) => {
    const client = startEasy(server.ready.ws, uid, token, DESKTOP);
    clients.push(client);
    return client;
  };

  before(async () => {
    server = await startServer();
    for (const uid of ['ann', 'ben', 'cat', 'dan']) {
      await admin(server, '/user/token', { uid, token: `t-${uid}`, device_flag: DESKTOP, device_level: 0 });
      await admin(server, '/user/token', { uid, token: `p-${uid}`, device_flag: 0, device_level: 1 });
    }
    await admin(server, '/channel', { channel_id: 'club', channel_type: 2, subscribers: ['ann', 'ben'] });
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server?.close();
  });

  it('connects, sends and receives, to a person and in a group, and acknowledges', async () => {
    const [ann, ben] = [open('ann'), open('ben')];
    assert.equal((await ann.next('connected')).reasonCode, 1);
    assert.equal((await ben.next('connected')).reasonCode, 1);
    const payload = { type: 1, content: 'hello 你好' };
    const sent = (await ann.command({ do: 'send', to: 'ben', type: 1, payload }, 'sent', 'failed')).value;
    const heard = await ben.next('message');
    assert.deepEqual([sent.reasonCode, sent.messageSeq], [1, 1]);
    assert.deepEqual(
      [heard.messageId, heard.messageSeq, heard.fromUid, heard.channelId, heard.header, heard.payload],
      [sent.messageId, 1, 'ann', 'ann', { redDot: true }, payload],
    );
    await ben.command(
      { do: 'send', to: 'club', type: 2, payload, options: { topic: 'sport', setting: { topic: true } } },
      'sent',
    );
    const inGroup = await ann.next('message');
    assert.deepEqual([inGroup.channelId, inGroup.channelType, inGroup.topic], ['club', 2, 'sport']);
  });

  it('hears what a phone and a back end say without any flag, and an unstored message with its id in full', async () => {
    const cat = open('cat');
    await cat.next('connected');
    const phone = new WkClient(server.ready.tcp);
    await phone.login('dan', 'p-dan');
    phone.send('cat', 1, 'from-phone', '{"type":1,"content":"phone"}');
    await cat.next('message', (value) => value.clientMsgNo === 'from-phone');
    const body = { from_uid: 'dan', channel_id: 'cat', channel_type: 1, payload: Buffer.from('{"type":1}').toString('base64') };
    await admin(server, '/message/send', { ...body, client_msg_no: 'plain' });
    assert.deepEqual((await cat.next('message', (value) => value.clientMsgNo === 'plain')).header, {});
    await admin(server, '/message/send', { ...body, client_msg_no: 'typing', header: { no_persist: 1 } });
    const unstored = await cat.next('message', (value) => value.clientMsgNo === 'typing');
    assert.match(String(unstored.messageId), /^46116860184273\d{5}$/);
    assert.equal(unstored.messageSeq, 0);
    phone.close();
  });

  it('a refused send raises the reason, and the connection goes on', async () => {
    const dan = open('dan');
    await dan.next('connected');
    const refused = await dan.command({ do: 'send', to: 'club', type: 2, payload: { type: 1 } }, 'sent', 'failed');
    assert.deepEqual([refused.kind, refused.value.code], ['failed', 3]);
    assert.equal((await dan.command({ do: 'ping' }, 'pong', 'failed')).kind, 'pong');
    assert.equal(dan.count('disconnect'), 0);
  });

  it('a wrong token is told to the app at once and not tried again', async () => {
    const wrong = open('ann', 'not-the-token');
    assert.equal((await wrong.next('refused')).code, 2);
    assert.equal(wrong.count('reconnecting'), 0);
  });

  it('is back by itself after the server was killed, and hears what is said then', async () => {
    const ben = open('ben');
    await ben.next('connected');
    await server.kill('SIGKILL');
    await ben.next('reconnecting');
    server = await server.again();
    await until('Ben to be connected again', () => ben.count('connect') === 2);
    const body = { channel_id: 'ben', channel_type: 1, payload: Buffer.from('{"type":1}').toString('base64') };
    await admin(server, '/message/send', { ...body, from_uid: 'ann', client_msg_no: 'after' });
    await ben.next('message', (value) => value.clientMsgNo === 'after');
  });

  it('a kick ends it: the app hears the reason, and it does not come back', async () => {
    const cat = open('cat');
    await cat.next('connected');
    await admin(server, '/user/token', { uid: 'cat', token: 'another', device_flag: DESKTOP, device_level: 1 });
    assert.equal((await cat.next('disconnect')).reasonCode, 12);
    assert.equal(cat.count('reconnecting'), 0);
  });
});
