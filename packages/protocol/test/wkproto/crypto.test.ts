import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { it } from 'node:test';
import fc from 'fast-check';
import { recvSignText } from '@hufu/protocol/wkproto';
import { createKeyPair, deriveSession, SessionCipher } from '@hufu/protocol/wkproto/crypto';

const KEY = Buffer.from('8e65549ac3e59ba4');
const IV = Buffer.from('AbCdEfGh12345678');

/** The same with a cipher of its own for each call, as the specification says it. */
function sealOnce(plain: Uint8Array): string {
  const cipher = createCipheriv('aes-128-cbc', KEY, IV);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
}

function openOnce(base64: string): Buffer | null {
  const decipher = createDecipheriv('aes-128-cbc', KEY, IV);
  try {
    return Buffer.concat([decipher.update(Buffer.from(base64, 'base64')), decipher.final()]);
  } catch {
    return null;
  }
}

const keyOnce = (signText: string) =>
  createHash('md5')
    .update(sealOnce(Buffer.from(signText)))
    .digest('hex');

const step = fc.oneof(
  fc.record({ do: fc.constant('seal' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ do: fc.constant('open' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({
    do: fc.constant('openBroken' as const),
    blocks: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    count: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ do: fc.constant('openShort' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ do: fc.constant('key' as const), text: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
);

it('one long-lived cipher gives the bytes of a fresh one each time, whatever went through it before', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
      const session = new SessionCipher(KEY, IV);
      for (const one of steps) {
        if (one.do === 'seal') assert.equal(session.encryptBase64(one.bytes), sealOnce(one.bytes));
        else if (one.do === 'key') assert.equal(session.keyOf(one.text), keyOnce(one.text));
        else {
          const sealed =
            one.do === 'open'
              ? sealOnce(one.bytes)
              : one.do === 'openBroken'
                ? Buffer.concat(Array.from({ length: one.count }, () => Buffer.from(one.blocks))).toString('base64')
                : Buffer.from(one.bytes).toString('base64');
          const opened = session.decrypt(Buffer.from(sealed));
          const expected = sealed === '' ? null : openOnce(sealed);
          assert.deepEqual(opened === null ? null : Buffer.from(opened), expected);
        }
      }
    }),
    { numRuns: 500 },
  );
});

it('large payloads take a buffer of their own and come out the same', () => {
  const session = new SessionCipher(KEY, IV);
  for (const length of [65_519, 65_520, 65_536, 200_000]) {
    const plain = Buffer.alloc(length, length & 0xff);
    const sealed = session.encryptBase64(plain);
    assert.equal(sealed, sealOnce(plain));
    assert.deepEqual(Buffer.from(session.decrypt(Buffer.from(sealed)) ?? []), plain);
  }
});

it('what was opened stays as it is when the next payload is opened', () => {
  const session = new SessionCipher(KEY, IV);
  const first = session.decrypt(Buffer.from(sealOnce(Buffer.from('first'))));
  session.decrypt(Buffer.from(sealOnce(Buffer.from('second'))));
  session.encryptBase64(Buffer.from('third'));
  assert.equal(Buffer.from(first ?? []).toString(), 'first');
});

it('a message key covers every word of its list and nothing else', () => {
  const session = new SessionCipher(KEY, IV);
  const send = { clientSeq: 1, clientMsgNo: 'm', channelId: 'c', channelType: 2, payload: Buffer.from('cGF5bG9hZA==') };
  const msgKey = session.sendKey(send, 'cGF5bG9hZA==');
  assert.equal(session.sendKeyMatches({ ...send, msgKey }), true);
  for (const changed of [
    { clientSeq: 2 },
    { clientMsgNo: 'n' },
    { channelId: 'd' },
    { channelType: 1 },
    { payload: Buffer.from('cGF5bG9hZB==') },
  ])
    assert.equal(session.sendKeyMatches({ ...send, ...changed, msgKey }), false, Object.keys(changed)[0]);
  assert.equal(session.sendKeyMatches({ ...send, msgKey: '' }), false);
  const recv = {
    flags: 0,
    setting: 0,
    fromUid: 'u',
    channelId: 'c',
    channelType: 2,
    expire: 9,
    clientMsgNo: 'm',
    messageId: -1,
    messageSeq: 0,
    timestamp: 5,
    topic: 't',
    payload: new Uint8Array(),
  };
  assert.equal(recvSignText(recv, 'P'), `${(1n << 62n) + 1n}0m5uc2P`);
});

it('base64 that is none, or that Node would read leniently, is refused', () => {
  const session = new SessionCipher(KEY, IV);
  const good = sealOnce(Buffer.from('hi'));
  for (const text of [
    '',
    '%%%',
    'AAAA',
    good.slice(0, -1),
    `${good} `,
    `\n${good}`,
    good.replace(/.$/, '-'),
    `${good}${good}`.slice(0, 40),
  ])
    assert.equal(session.decrypt(Buffer.from(text)), null, JSON.stringify(text));
});

it('both ends of a key exchange come to the same session; impossible keys give none', () => {
  const [server, client] = [createKeyPair(), createKeyPair()];
  const salt = 'AbCdEfGh12345678 and more, which clients cut off';
  const a = deriveSession(server.privateKey, client.publicKey, salt);
  const b = deriveSession(client.privateKey, server.publicKey, salt);
  assert.deepEqual(a, b);
  assert.equal(a?.key.length, 16);
  const lowOrder = Buffer.alloc(32);
  const impossible = [
    '',
    'AAAA',
    '!!!!',
    client.publicKey.slice(1),
    `${client.publicKey}=`,
    Buffer.alloc(33, 7).toString('base64'),
    lowOrder.toString('base64'),
  ];
  for (const key of impossible) assert.equal(deriveSession(server.privateKey, key, salt), null, key);
  assert.equal(deriveSession(server.privateKey, client.publicKey, 'short'), null);
});
