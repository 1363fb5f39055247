import { after, describe, test } from 'node:test';
import { checkRow, type DoctorRow } from '../lib/doctor-row.ts';
import { listenDeaf, listenTcp } from '../lib/listeners.ts';
import { freePort } from '../lib/free-port.ts';
import { startBot } from '../lib/nonebot-setup.ts';
import { stopPrograms } from '../lib/program.ts';
import { resolving } from '../lib/resolver.ts';
import { startAll } from '../lib/start-all.ts';

const RIGHT = 'Rk7vQ2mZx9Lp';
const ACTIVE = ['--active', '--self-id', '10001'];

describe('doctor on ports that are no bot program', { timeout: 300_000 }, () => {
  after(stopPrograms);
  const ask = (port: number, row: Omit<DoctorRow, 'url'>, scheme = 'ws') =>
    checkRow({ url: `${scheme}://127.0.0.1:${port}/onebot/v11/ws`, token: RIGHT, args: ACTIVE, ...row });

  test('a closed port', async () => {
    await ask(await freePort(), { fault: 'closed', codes: ['remote.refused'], exit: 3, confidence: 'certain' });
  });

  test('a name that does not resolve', async () => {
    await checkRow({
      fault: 'no name',
      url: 'ws://no-such-host.invalid:8080/onebot/v11/ws',
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.dns'],
      exit: 3,
    });
  });

  // What /etc/hosts says of localhost differs between machines: the resolver of this process reads a file of our own.
  test('localhost means another loopback address than the one where NoneBot listens', async () => {
    const start = (host: string) => startBot({ python: 'HUFU_PEERS_PYTHON', env: `HOST=${host}\nONEBOT_ACCESS_TOKEN=${RIGHT}` });
    const [four, six] = await startAll([start('127.0.0.1'), start('::1')]);
    const row = (addresses: readonly string[], port: number): Omit<DoctorRow, 'codes'> => ({
      fault: `localhost is ${addresses.join(' and ')}`,
      url: `ws://localhost:${port}/onebot/v11/ws`,
      token: RIGHT,
      args: ACTIVE,
      env: resolving('localhost', addresses),
    });
    const meant = { codes: ['remote.localhost'], confidence: 'certain' } as const;
    await checkRow({ ...row(['::1'], four.port), ...meant, says: [/"change": "ws:\/\/127\.0\.0\.1:\d+\/onebot\/v11\/ws"/] });
    await checkRow({ ...row(['127.0.0.1'], six.port), ...meant, says: [/"change": "ws:\/\/\[::1\]:\d+\/onebot\/v11\/ws"/] });
    await checkRow({ ...row(['::1', '127.0.0.1'], four.port), codes: [], warnings: ['remote.localhost'] });
    await checkRow({ ...row(['127.0.0.1', '::1'], four.port), codes: [] });
    await checkRow({ ...row(['::1', '127.0.0.1'], await freePort()), codes: ['remote.refused'], exit: 3 });
  });

  test('a port that drops each SYN', async () => {
    const { port } = await listenDeaf();
    await ask(port, { fault: 'dropped SYN', codes: ['remote.timeout'], exit: 3 });
  });

  test('a black hole: it accepts and never answers, over ws and over wss', async () => {
    const hole = await listenTcp(() => undefined);
    await ask(hole.port, { fault: 'black hole', codes: ['remote.mute'], confidence: 'certain' });
    await ask(hole.port, { fault: 'black hole over wss', codes: ['remote.mute'], confidence: 'certain' }, 'wss');
    await hole.close();
  });

  test('other protocols are named by what they say', async () => {
    for (const [banner, words] of [
      ['220 mail.example ESMTP ready\r\n', /that is SMTP/],
      ["-ERR unknown command 'GET', with args beginning with: '/'\r\n", /that is Redis/],
      ['SSH-2.0-OpenSSH_9.2p1\r\n', /that is SSH/],
    ] as const) {
      const other = await listenTcp((socket) => {
        if (banner.startsWith('-')) socket.once('data', () => socket.write(banner));
        else socket.write(banner);
      });
      await ask(other.port, { fault: banner, codes: ['remote.not_http'], confidence: 'certain', says: [words] });
      await other.close();
    }
  });

  test('a reset after the request', async () => {
    const rude = await listenTcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await ask(rude.port, { fault: 'reset', codes: ['remote.reset'] });
    await rude.close();
  });
});
