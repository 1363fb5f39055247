import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { WebSocketServer } from 'ws';
import type { BotClientState } from '../../src/surfaces/onebot/index.ts';
import { dialTarget } from '../../src/surfaces/onebot/transports/dial-target.ts';
import { FRESH, nextDial } from '../../src/surfaces/onebot/transports/backoff.ts';
import { onebotWorld, Peer } from './support/world.ts';

async function framework(t: TestContext, onUpgrade?: (request: IncomingMessage) => number) {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const arrivals: { headers: IncomingMessage['headers']; peer: Peer }[] = [];
  let arrived: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (arrived = resolve));
  server.on('upgrade', (request, socket, head) => {
    const status = onUpgrade?.(request) ?? 101;
    if (status !== 101) {
      const location = status === 307 ? 'Location: /onebot/v11/ws\r\n' : '';
      socket.end(`HTTP/1.1 ${status} X\r\n${location}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      arrivals.push({ headers: request.headers, peer: new Peer(ws) });
      arrived();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/onebot/v11/ws`;
  const close = () => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  return { url, arrivals, first };
}

function untilState(
  world: Awaited<ReturnType<typeof onebotWorld>>,
  wanted: (state: BotClientState) => boolean,
): Promise<BotClientState> {
  return new Promise((resolve) => {
    world.surface.onState((_, state) => {
      if (wanted(state)) resolve(state);
    });
  });
}

describe('a reverse WebSocket', () => {
  test('dials with the headers that frameworks check, and opens with lifecycle', async (t) => {
    const w = await onebotWorld(t);
    const peer = await framework(t);
    w.addClient('nb', { kind: 'reverse', url: peer.url, sealedToken: Buffer.from('T4') });
    await w.surface.start();
    await peer.first;
    const [arrival] = peer.arrivals;
    assert.ok(arrival);
    const { authorization, origin } = arrival.headers;
    assert.deepEqual(
      [authorization, arrival.headers['x-self-id'], arrival.headers['x-client-role'], arrival.headers['user-agent'], origin],
      ['Bearer T4', '20001', 'Universal', 'OneBot/11 Hufu/0.1.0', undefined],
    );
    assert.equal((await arrival.peer.next())['meta_event_type'], 'lifecycle');
    assert.equal(w.surface.stateOf('c-nb')?.state, 'connected');
    assert.deepEqual((await arrival.peer.call('get_login_info'))['data'], { user_id: 20001, nickname: 'Bot A' });
  });

  test('leaves Authorization out when no token is set, and follows a redirect on the same origin', async (t) => {
    const w = await onebotWorld(t);
    const peer = await framework(t, (request) => (request.url === '/old' ? 307 : 101));
    w.addClient('nb', { kind: 'reverse', url: peer.url.replace('/onebot/v11/ws', '/old') });
    await w.surface.start();
    await peer.first;
    assert.ok(!('authorization' in (peer.arrivals[0]?.headers ?? {})));
  });

  test('answers a call that came in one segment with the 101', async (t) => {
    const w = await onebotWorld(t);
    let got = '';
    let answered: () => void = () => undefined;
    const answer = new Promise<void>((resolve) => (answered = resolve));
    const server = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', (head: Buffer) => {
        const key = /sec-websocket-key: (\S+)/i.exec(head.toString('latin1'))?.[1] ?? '';
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        const call = Buffer.from('{"action":"get_login_info","echo":"first"}');
        const reply = `HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
        socket.write(Buffer.concat([Buffer.from(reply), Buffer.from([0x81, call.length]), call]));
        socket.on('data', () => socket.destroy());
      });
    });
    w.deps.events.warn = () => undefined;
    const seen = w.deps.users.peek;
    w.deps.users.peek = (uid) => {
      got = uid;
      answered();
      return seen(uid);
    };
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    w.addClient('koishi', {
      kind: 'reverse',
      url: `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/onebot`,
    });
    await w.surface.start();
    await answer;
    assert.equal(got, '20001');
    await new Promise((resolve) => server.close(resolve));
  });

  test('has a refusal diagnosed once and shows its cause', async (t) => {
    let asked = 0;
    const w = await onebotWorld(t, {
      diagnose: async (target) => {
        asked += 1;
        assert.equal(target.observed.status, 403);
        return { code: 'remote.token_mismatch', confidence: 'likely', evidence: [] };
      },
    });
    const peer = await framework(t, () => 403);
    w.addClient('nb', { kind: 'reverse', url: peer.url, sealedToken: Buffer.from('T4') });
    const diagnosed = untilState(w, (state) => state.refusal?.code === 'remote.token_mismatch');
    await w.surface.start();
    const state = await diagnosed;
    assert.equal(state.state, 'refused');
    assert.equal(asked, 1);
    assert.deepEqual(
      w.refusals.map((one) => one.refusal.code),
      ['remote.unknown_403'],
    );
    assert.deepEqual(w.added, [{ requestId: state.refusal?.requestId ?? '', code: 'remote.token_mismatch' }]);
  });

  test('shows a peer that accepts and closes at once as a refusal, with or without a close code', async (t) => {
    for (const code of [undefined, 1000, 1008]) {
      const w = await onebotWorld(t);
      const peer = await framework(t);
      w.addClient('koishi', { kind: 'reverse', url: peer.url });
      const refused = untilState(w, (state) => state.state === 'refused');
      await w.surface.start();
      await peer.first;
      peer.arrivals[0]?.peer.socket.close(code, code === undefined ? undefined : 'invalid x-self-id');
      assert.equal((await refused).refusal?.code, 'remote.soft_refusal');
      assert.equal(w.refusals.at(-1)?.refusal.evidence?.['closeCode'], code ?? 1005);
    }
  });

  test('does not dial a private address for the bot of a person without that right', async () => {
    const own = { allowPrivate: false, ownAddresses: [] };
    for (const host of ['127.0.0.1', '10.1.2.3', '[::1]', '[::ffff:192.168.0.1]', '169.254.169.254']) {
      const target = await dialTarget(`ws://${host}:8080/`, own);
      assert.equal(target.ok ? 'dialled' : target.refusal.code, 'net.private_target');
    }
    const rebound = await dialTarget('ws://name.example/', own, async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
    assert.equal(rebound.ok, false);
  });

  test('does not dial this server itself', async () => {
    const target = await dialTarget('ws://127.0.0.1:3001/', { allowPrivate: true, ownAddresses: ['127.0.0.1:3001'] });
    assert.equal(target.ok ? 'dialled' : target.refusal.code, 'config.invalid');
  });
});

describe('the time to the next dial', () => {
  test('grows by 1.7 from 3 s to 60 s while the peer cannot be reached', () => {
    let backoff = FRESH;
    const delays: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const next = nextDial(backoff, { kind: 'unreachable' }, 0.5);
      backoff = next.backoff;
      delays.push(next.delayMs);
    }
    assert.deepEqual(delays, [3000, 5100, 8670, 14_739, 25_056, 42_596, 60_000, 60_000]);
  });
  test('begins anew after a minute of stable connection', () => {
    assert.equal(nextDial({ failures: 5, refusals: 0 }, { kind: 'lost', stableMs: 60_000 }, 0.5).delayMs, 3000);
  });
  test('is 10, 30, 60, then 300 s after refusals', () => {
    let backoff = FRESH;
    const delays = [1, 2, 3, 4, 5].map(() => {
      const next = nextDial(backoff, { kind: 'refused' }, 0.5);
      backoff = next.backoff;
      return next.delayMs / 1000;
    });
    assert.deepEqual(delays, [10, 30, 60, 300, 300]);
  });
  test('is 5 s while the peer may still hold our old session', () => {
    assert.equal(nextDial(FRESH, { kind: 'held', sinceDropMs: 20_000 }, 0.5).delayMs, 5000);
    assert.equal(nextDial(FRESH, { kind: 'held', sinceDropMs: 61_000 }, 0.5).delayMs, 10_000);
  });
});
