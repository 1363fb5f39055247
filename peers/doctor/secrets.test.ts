import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createServer, type Server } from 'node:tls';
import { makeCertificates } from '../lib/certificates.ts';
import { askDoctor } from '../lib/doctor.ts';

const CANARY = 'canary-7f3a9c';
const SECRETS = [
  '--token-env',
  'CANARY',
  '--password-env',
  'CANARY',
  '--access-token-env',
  'CANARY',
  '--manager-token-env',
  'CANARY',
];

/** What each kind needs to be told before it would send a secret. */
const KINDS: readonly (readonly [kind: string, scheme: string, args: readonly string[]])[] = [
  ['onebot-reverse', 'wss', ['--active', '--self-id', '10001']],
  ['onebot-forward', 'wss', ['--active']],
  ['onebot-forward', 'https', []],
  ['wukong', 'wss', ['--active', '--uid', 'ann']],
  ['wukong', 'https', []],
  ['nacos', 'https', ['--username', 'nacos']],
  ['http-api', 'https', ['--active']],
];

/** Anybody who stands in between: a certificate that nobody trusts, an ear for every byte, and an answer that invites more. */
describe('doctor at a server whose certificate is not trusted', { timeout: 120_000 }, () => {
  let server: Server;
  let heard = '';
  let status = '401 Unauthorized';
  before(async () => {
    const [cert = '', key = ''] = [...makeCertificates().lines.selfSigned.matchAll(/ (\S+);/g)].map(([, path = '']) => path);
    server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        heard += bytes.toString('latin1');
        socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  const ask = (kind: string, scheme: string, args: readonly string[]) => {
    heard = '';
    const { port } = server.address() as AddressInfo;
    return askDoctor([`${scheme}://127.0.0.1:${port}/`, '--kind', kind, ...SECRETS, ...args], { CANARY });
  };

  for (const [kind, scheme, args] of KINDS) {
    test(`${kind} over ${scheme} sends and prints no secret`, async () => {
      for (const answer of ['401 Unauthorized', '403 Forbidden', '200 OK']) {
        status = answer;
        const { codes, text } = await ask(kind, scheme, args);
        assert.ok(codes.includes('remote.tls_cert'), text);
        assert.ok(heard.length > 0 && !heard.includes(CANARY), `${answer}: ${heard}`);
        assert.ok(!text.includes(CANARY));
      }
    });
  }

  test('with consent the key goes there', async () => {
    status = '401 Unauthorized';
    const kept = await ask('http-api', 'https', []);
    assert.match(JSON.stringify(kept.report.open), /sent to a server whose certificate is not trusted/);
    const { text } = await ask('http-api', 'https', ['--insecure']);
    assert.ok(heard.includes(CANARY));
    assert.ok(!text.includes(CANARY));
  });
});
