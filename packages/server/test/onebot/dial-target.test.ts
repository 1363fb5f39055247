import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { dialTarget, type DialRules } from '../../src/surfaces/onebot/transports/dial-target.ts';

const anything: DialRules = { allowPrivate: true, ownAddresses: [] };

async function codeOf(url: string, rules: DialRules, addresses: readonly string[] = []): Promise<string> {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const target = await dialTarget(url, rules, async () => found);
  return target.ok ? 'dialled' : target.refusal.code;
}

describe('an address that a bot client may dial', () => {
  test('is public for the bot of a person without the right to others, whatever the name resolves to', async () => {
    const rules = { ...anything, allowPrivate: false };
    for (const host of [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '169.254.169.254',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[fe80::1]',
      '[fd00::1]',
      '[::ffff:192.168.0.1]',
      '[::ffff:127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '2130706433',
      '0x7f.1',
    ])
      assert.equal(await codeOf(`ws://${host}:8080/`, rules), 'net.private_target', host);
    assert.equal(await codeOf('ws://name.example/', rules, ['93.184.216.34', '127.0.0.1']), 'net.private_target');
    assert.equal(await codeOf('ws://name.example/', rules, ['93.184.216.34']), 'dialled');
    assert.equal(await codeOf('ws://93.184.216.34/', rules), 'dialled');
  });

  test('is the one that was checked: the name is not resolved again', async () => {
    const target = await dialTarget('wss://name.example/x', anything, async () => [{ address: '192.0.2.1', family: 4 }]);
    assert.ok(target.ok);
    assert.deepEqual(target.value.addresses, [{ address: '192.0.2.1', family: 4 }]);
    assert.equal(target.value.url.href, 'wss://name.example/x');
  });

  test('is a ws address whose name resolves', async () => {
    for (const url of ['http://a.example/', 'a.example:80', '', 'ftp://a.example'])
      assert.equal(await codeOf(url, anything, ['192.0.2.1']), 'config.invalid', url);
    assert.equal(await codeOf('ws://nobody.example/', anything, []), 'remote.dns');
    const failing = await dialTarget('ws://nobody.example/', anything, () =>
      Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    );
    assert.deepEqual(failing.ok ? null : failing.refusal, {
      code: 'remote.dns',
      evidence: { host: 'nobody.example', error: 'ENOTFOUND' },
    });
  });

  test('is no listener of this server, under none of its names', async () => {
    const rules = { ...anything, ownAddresses: ['127.0.0.1:3001', '[::]:5001'] };
    const [card] = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
    assert.ok(card !== undefined);
    const here = card.family === 'IPv6' ? `[${card.address}]` : card.address;
    for (const url of [
      'ws://127.0.0.1:3001/',
      'ws://[::ffff:127.0.0.1]:3001/',
      'ws://0.0.0.0:3001/',
      'ws://[::]:3001/',
      'ws://127.0.0.1:5001/onebot/v11/ws',
      `ws://${here}:5001/`,
    ])
      assert.equal(await codeOf(url, rules), 'config.invalid', url);
    assert.equal(await codeOf('ws://localhost:3001/', rules, ['::1', '127.0.0.1']), 'config.invalid');
    for (const url of ['ws://127.0.0.1:3002/', 'ws://127.0.0.2:3001/', 'ws://192.0.2.1:5001/'])
      assert.equal(await codeOf(url, rules), 'dialled', url);
  });
});
