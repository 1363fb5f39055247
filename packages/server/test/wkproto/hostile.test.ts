import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createKeyPair } from '@hufu/protocol/wkproto/crypto';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { type Bare, openBare } from './support/bare.ts';
import { Chat, connectBytes } from './support/chat.ts';
import { RpcClient } from './support/rpc.ts';

describe('bytes of a hostile client', () => {
  let server: Bare;
  let bystander: Chat;
  let page: RpcClient;
  before(async () => {
    server = await openBare();
    bystander = await Chat.login(server, { uid: 'bystander' });
    page = await RpcClient.login(server, { uid: 'page' });
  });
  after(() => server.close());

  /** Others are served as before. */
  async function othersAreWell(): Promise<void> {
    assert.equal(await bystander.settled(), true);
    assert.deepEqual((await page.call('ping', {})).result, {});
  }

  it('random bytes after a login end that connection at most, on TCP and WebSocket', async () => {
    const words = fc.tuple(fc.constantFrom('tcp' as const, 'ws' as const), fc.uint8Array({ minLength: 1, maxLength: 3000 }));
    await fc.assert(
      fc.asyncProperty(words, async ([transport, bytes]) => {
        const chat = await Chat.login(server, { uid: 'a', transport });
        chat.wire.write(bytes);
        await othersAreWell();
        chat.wire.end();
      }),
      { numRuns: 60 },
    );
  });

  it('changed bytes of a CONNECT and of a SEND are refused or served, and cost the others nothing', async () => {
    server.person('b');
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (changed, atConnect) => {
        const change = (bytes: Uint8Array) => {
          const copy = Buffer.from(bytes);
          for (const [at, value] of changed) copy[at % copy.length] = value;
          return copy;
        };
        const chat = atConnect ? null : await Chat.login(server, { uid: 'a' });
        const wire = chat?.wire ?? (await Chat.open(server, { uid: 'c' })).wire;
        if (chat === null) wire.write(change(connectBytes({ uid: 'd' }, createKeyPair().publicKey)));
        else wire.write(change(chat.sealed({ no: `${changed}`, to: 'b' })));
        await othersAreWell();
        wire.end();
      }),
      { numRuns: 60 },
    );
  });

  it('texts that are no calls are answered, the connection stays and goes on', async () => {
    const client = await RpcClient.login(server, { uid: 'rpc' });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'grapheme' }), fc.json()), async (text) => {
        client.ws.send(text);
        assert.deepEqual((await client.call('ping', {})).result, {});
      }),
      { numRuns: 100 },
    );
    client.end();
    await othersAreWell();
  });

  it('a WebSocket message above the limit, and one that breaks the framing, are refused by name', async () => {
    const large = await RpcClient.login(server, { uid: 'large' });
    const seen = server.refused.length;
    large.ws.send(Buffer.alloc(1024 * 1024 + 17));
    await large.until(() => large.closed !== null);
    assert.equal(large.closed?.code, 1009);
    const first = await RpcClient.open(server);
    first.ws.send(Buffer.alloc(2 * 1024 * 1024));
    await first.until(() => first.closed !== null);
    const codes = server.refused.slice(seen).map(({ refusal }) => [refusal.code, String(refusal.evidence?.problem)]);
    assert.deepEqual(codes, [
      ['wk.protocol', 'Max payload size exceeded'],
      ['wk.protocol', 'Max payload size exceeded'],
    ]);
    await othersAreWell();
  });

  it('a text message on a binary connection is refused in words', async () => {
    const chat = await Chat.login(server, { uid: 'a', transport: 'ws' });
    chat.wire.write(Buffer.from('{"id":"1","method":"ping"}'), { text: true });
    await chat.wire.until(() => chat.wire.closed);
    assert.match(chat.lines.at(-2) ?? '', /^WS-CLOSE 1002 "wk\.protocol; req=\*"$/);
  });

  it('uids of broken UTF-8 are no uids', async () => {
    const bytes = Buffer.from(connectBytes({ uid: 'broken' }, createKeyPair().publicKey));
    const at = bytes.indexOf('broken');
    bytes[at] = 0xff;
    const socket = new WebSocket(server.ws);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(bytes);
    const [code] = await new Promise<[number]>((resolve) => socket.once('close', (closeCode: number) => resolve([closeCode])));
    assert.equal(code, 4400);
    assert.equal(server.refused.at(-1)?.refusal.code, 'wk.uid_invalid');
  });
});
