import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer as createTcpServer } from 'node:net';
import { describe, test } from 'node:test';
import { framework, untilState } from './support/framework.ts';
import { onebotWorld } from './support/world.ts';

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
    for (const name of ['sec-websocket-extensions', 'sec-websocket-protocol']) assert.ok(!(name in arrival.headers));
    assert.equal((await arrival.peer.next())['meta_event_type'], 'lifecycle');
    assert.equal(w.surface.stateOf('c-nb')?.state, 'connected');
    assert.deepEqual((await arrival.peer.call('get_login_info'))['data'], { user_id: 20001, nickname: 'Bot A' });
  });

  test('leaves Authorization out when no token is set, and follows a redirect on the same origin', async (t) => {
    const w = await onebotWorld(t);
    const peer = await framework(t, (request) => (request.url === '/old' ? { status: 307, location: '/onebot/v11/ws' } : 101));
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

  test('is recorded under the path that was dialled and the name of the client, and nobody was told', async (t) => {
    const w = await onebotWorld(t);
    const peer = await framework(t, () => 403);
    w.addClient('nb', { kind: 'reverse', url: `${peer.url}?k=secret` });
    const refused = untilState(w, (state) => state.state === 'refused');
    await w.surface.start();
    await refused;
    const [seen] = w.refusals;
    assert.deepEqual(
      [seen?.method, seen?.path, seen?.peer, seen?.client, seen?.answer],
      ['GET', '/onebot/v11/ws', peer.url, 'nb', null],
    );
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

  test('refused where another client of the bot is connected tells the doctor and the owner so', async (t) => {
    let dropped: number | null = null;
    const w = await onebotWorld(t, {
      diagnose: async ({ droppedMsAgo }) => {
        dropped = droppedMsAgo;
        return { code: 'remote.self_id_duplicate', confidence: 'likely', evidence: [] };
      },
    });
    const peer = await framework(t, (request) => (request.url === '/onebot/v11/' ? 403 : 101));
    w.addClient('first', { kind: 'reverse', url: peer.url });
    await w.surface.start();
    await peer.first;
    const diagnosed = untilState(w, (state) => state.refusal?.code === 'remote.self_id_duplicate');
    const second = w.addClient('second', { kind: 'reverse', url: peer.url.replace(/ws$/, '') });
    w.surface.applyChanges([{ kind: 'botClient.saved', client: second }]);
    await diagnosed;
    assert.equal(dropped, 0);
    assert.deepEqual(w.refusals[0]?.refusal.evidence, { status: 403, heldBy: 'first' });
  });

  test('to an address with a fragment is made without it', async (t) => {
    const w = await onebotWorld(t);
    const peer = await framework(t);
    w.addClient('nb', { kind: 'reverse', url: `${peer.url}#top` });
    const connected = untilState(w, (state) => state.state === 'connected');
    await w.surface.start();
    await connected;
  });

  test('with a token that no header can carry is not dialled, and says so', async (t) => {
    for (const token of ['密钥', 'two\nlines']) {
      const w = await onebotWorld(t);
      const peer = await framework(t);
      w.addClient('nb', { kind: 'reverse', url: peer.url, sealedToken: Buffer.from(token) });
      const refused = untilState(w, (state) => state.state === 'refused');
      await w.surface.start();
      assert.equal((await refused).refusal?.code, 'config.invalid');
      assert.match(String(w.refusals[0]?.refusal.evidence?.['reason']), /no HTTP header/);
      assert.equal(peer.arrivals.length, 0);
    }
  });

  test('that cannot be begun for a fault of ours shows so, and is tried again', async (t) => {
    const w = await onebotWorld(t, {
      events: { info: () => undefined, warn: () => undefined, error: () => undefined },
      ownAddresses: () => {
        throw new Error('planted');
      },
    });
    w.addClient('nb', { kind: 'reverse', url: 'ws://127.0.0.1:9/' });
    const told = untilState(w, (state) => state.refusal !== null);
    await w.surface.start();
    const { state, refusal } = await told;
    assert.deepEqual([state, refusal?.code, w.refusals[0]?.answer], ['waiting', 'srv.fault', null]);
  });

  test('to another OneBot implementation ends with its cause; the two do not answer each other without end', async (t) => {
    const [w, other] = [await onebotWorld(t), await onebotWorld(t)];
    other.addClient('f', { token: 'T1' });
    w.addClient('r', { kind: 'reverse', url: `ws://127.0.0.1:${other.port}/`, sealedToken: Buffer.from('T1') });
    const refused = untilState(w, (state) => state.state === 'refused');
    const ended = new Promise<void>((resolve) => other.surface.onState((_, { state }) => state === 'waiting' && resolve()));
    await w.surface.start();
    assert.equal((await refused).refusal?.code, 'onebot.wrong_end');
    await ended;
    for (const { refusals } of [w, other])
      assert.deepEqual(
        refusals.map((one) => [one.refusal.code, one.refusal.evidence?.['frame'], one.answer]),
        [['onebot.wrong_end', 'event meta_event', 'close 1008']],
      );
  });

  test('takes a 403 for an old session still held only when the peer cannot know that it ended', async (t) => {
    for (const [goodbye, code] of [
      [true, 'remote.unknown_403'],
      [false, 'remote.self_id_duplicate'],
    ] as const) {
      let status = 101;
      const w = await onebotWorld(t);
      const peer = await framework(t, () => status);
      w.addClient('nb', { kind: 'reverse', url: peer.url });
      await w.surface.start();
      await peer.first;
      const ended = untilState(w, (state) => state.state === 'waiting');
      const { socket } = peer.arrivals[0]?.peer ?? assert.fail('nobody dialled');
      if (goodbye) socket.close(1012, 'restart');
      else socket.terminate();
      await ended;
      status = 403;
      const refused = untilState(w, (state) => state.state === 'refused');
      w.surface.retry('c-nb');
      await refused;
      assert.equal(w.refusals.at(-1)?.refusal.code, code);
    }
  });
});
