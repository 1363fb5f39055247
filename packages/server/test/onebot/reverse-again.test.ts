import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { refuse } from '../../src/kernel/outcome.ts';
import { framework, untilState } from './support/framework.ts';
import type { DiagnosisTarget } from '../../src/surfaces/onebot/index.ts';
import { onebotWorld } from './support/world.ts';

const START_MS = 1_767_225_600_000;

/** Timers and the clock go on by the test alone; jitter is none. */
function clockOf(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: START_MS });
  t.mock.method(Math, 'random', () => 0.5);
  return {
    now: () => Date.now(),
    pass: (ms: number) => t.mock.timers.tick(ms),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Waits for what sockets bring about, a bounded number of event loop turns. */
async function until(what: string, ask: () => boolean): Promise<void> {
  for (let n = 0; n < 5000; n += 1) {
    if (ask()) return;
    await turn();
  }
  assert.fail(`waited in vain for ${what}`);
}

describe('a reverse client dials again', () => {
  test('by one timer, however often it is asked to, and is told in one line until something changes', async (t) => {
    const { now, pass } = clockOf(t);
    const lines: string[] = [];
    const note = (fields: object, text: string) => void lines.push(`${text} ${JSON.stringify(fields)}`);
    let attempts = 0;
    const peer = await framework(t, () => {
      attempts += 1;
      return 503;
    });
    const diagnose = async () => ({ code: 'remote.front_block', confidence: 'likely', evidence: [] }) as const;
    const w = await onebotWorld(t, { now, diagnose, events: { info: note, warn: note, error: note } });
    w.addClient('nb', { kind: 'reverse', url: peer.url });
    await w.surface.start();
    await until('the first attempt', () => attempts === 1 && w.surface.stateOf('c-nb')?.refusal !== null);
    for (let n = 0; n < 5; n += 1) w.surface.retry('c-nb');
    await until('the second attempt', () => attempts === 2);
    for (let n = 0; n < 20; n += 1) await turn();
    assert.equal(attempts, 2);
    // 3 s and 5.1 s later.
    for (const [ms, expected] of [
      [2999, 2],
      [1, 3],
      [5099, 3],
      [1, 4],
    ] as const) {
      pass(ms);
      await until(`${expected} attempts`, () => attempts >= expected);
      for (let n = 0; n < 20; n += 1) await turn();
      assert.equal(attempts, expected);
    }
    const told = () => lines.filter((line) => line.startsWith('reverse connection {'));
    assert.deepEqual(
      told().map((line) => /"state":"(\w+)"/.exec(line)?.[1]),
      ['connecting', 'waiting', 'waiting'],
    );
    for (let n = 0; n < 8; n += 1) {
      const before = attempts;
      pass(60_000);
      await until('another attempt', () => attempts === before + 1);
      for (let m = 0; m < 20; m += 1) await turn();
    }
    assert.equal(told().length, 3);
    assert.equal(lines.filter((line) => line.startsWith('reverse connection, still so')).length, 1);
    assert.equal(w.refusals.length, 2);
  });

  test('after ten seconds without an answer', async (t) => {
    const { now, pass } = clockOf(t);
    let arrived = 0;
    const hole = createServer((socket) => {
      arrived += 1;
      socket.on('error', () => socket.destroy());
      // One byte now and then is no answer either.
      socket.once('data', () => socket.write('H'));
    });
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    t.after(() => hole.close());
    const address = hole.address();
    const w = await onebotWorld(t, { now });
    w.addClient('nb', {
      kind: 'reverse',
      url: `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`,
    });
    await w.surface.start();
    await until('the connection', () => arrived === 1);
    pass(9999);
    await turn();
    assert.equal(w.surface.stateOf('c-nb')?.state, 'connecting');
    pass(1);
    await until('the time-out', () => w.surface.stateOf('c-nb')?.refusal?.code === 'remote.timeout');
    pass(3000);
    await until('the next', () => arrived === 2);
  });

  test('every 5 s while the peer may hold our old session, and asks the doctor when that lasts', async (t) => {
    const { now, pass } = clockOf(t);
    let refuse403 = false;
    let attempts = 0;
    let asked = 0;
    const peer = await framework(t, () => {
      attempts += 1;
      return refuse403 ? 403 : 101;
    });
    const w = await onebotWorld(t, {
      now,
      diagnose: async () => {
        asked += 1;
        return { code: 'remote.token_mismatch', confidence: 'likely', evidence: [] };
      },
    });
    w.addClient('nb', { kind: 'reverse', url: peer.url });
    await w.surface.start();
    await peer.first;
    refuse403 = true;
    peer.arrivals[0]?.peer.socket.terminate();
    await until('the end', () => w.surface.stateOf('c-nb')?.state === 'waiting');
    pass(3000);
    await until('the duplicate', () => w.surface.stateOf('c-nb')?.refusal?.code === 'remote.self_id_duplicate');
    assert.equal(asked, 0);
    pass(5000);
    await until('the verdict', () => w.surface.stateOf('c-nb')?.refusal?.code === 'remote.token_mismatch');
    assert.deepEqual([attempts, asked], [3, 1]);
    refuse403 = false;
    pass(5000);
    await until('the connection', () => w.surface.stateOf('c-nb')?.state === 'connected');
  });

  test('to look at a cause again after five minutes: another may be behind it now', async (t) => {
    const { now, pass } = clockOf(t);
    const verdicts = ['remote.token_mismatch', 'remote.token_mismatch', 'remote.path_wrong'] as const;
    let attempts = 0;
    let asked = 0;
    const peer = await framework(t, () => {
      attempts += 1;
      return 403;
    });
    const w = await onebotWorld(t, {
      now,
      diagnose: async () => ({ code: verdicts[asked++] ?? 'remote.unknown_403', confidence: 'likely', evidence: [] }),
    });
    w.addClient('nb', { kind: 'reverse', url: peer.url });
    await w.surface.start();
    await until('the verdict', () => w.surface.stateOf('c-nb')?.refusal?.code === 'remote.token_mismatch');
    for (const [ms, doctor] of [
      [10_000, 1],
      [30_000, 1],
      [60_000, 1],
      [300_000, 2],
      [300_000, 3],
    ] as const) {
      const before = attempts;
      pass(ms);
      await until('the attempt', () => attempts === before + 1);
      await until(`doctor call ${doctor}`, () => asked === doctor);
      for (let n = 0; n < 20; n += 1) await turn();
    }
    assert.equal(w.surface.stateOf('c-nb')?.refusal?.code, 'remote.path_wrong');
    assert.equal(w.refusals.length, 1);
  });

  test('quietly after a soft refusal: it counts as connected when it has kept the connection', async (t) => {
    const { now, pass } = clockOf(t);
    const asked: DiagnosisTarget[] = [];
    const w = await onebotWorld(t, {
      now,
      diagnose: async (target) => {
        asked.push(target);
        return { code: 'remote.self_id_unknown', confidence: 'certain', evidence: [] };
      },
    });
    const peer = await framework(t);
    w.addClient('shiro', { kind: 'reverse', url: peer.url });
    const states: string[] = [];
    w.surface.onState((_, state) => void states.push(`${state.state} ${state.refusal?.code ?? ''}`.trim()));
    await w.surface.start();
    await until('the connection', () => peer.arrivals.length === 1);
    peer.arrivals[0]?.peer.socket.close(1008, 'invalid x-self-id');
    await until('the verdict', () => states.at(-1) === 'refused remote.self_id_unknown');
    assert.deepEqual(
      asked.map((target) => target.observed),
      [{ status: 101, close: { code: 1008, reason: 'invalid x-self-id' } }],
    );
    pass(10_000);
    await until('the second', () => peer.arrivals.length === 2);
    await peer.arrivals[1]?.peer.next();
    assert.equal(w.surface.stateOf('c-shiro')?.state, 'refused');
    pass(2000);
    assert.equal(w.surface.stateOf('c-shiro')?.state, 'connected');
    const refused = ['refused remote.soft_refusal', 'refused remote.self_id_unknown'];
    assert.deepEqual(states, ['waiting', 'connecting', 'connected', ...refused, 'connected']);
  });
});

describe('a change of a reverse client', () => {
  test('closes the old connection before the new one is dialled, as frameworks refuse a bot twice', async (t) => {
    const w = await onebotWorld(t);
    const open = new Set<IncomingMessage>();
    const peer = await framework(t, (request) => {
      if (open.size > 0) return 403;
      open.add(request);
      request.socket.once('close', () => open.delete(request));
      return 101;
    });
    const client = w.addClient('nb', { kind: 'reverse', url: peer.url });
    await w.surface.start();
    await peer.first;
    for (let n = 1; n <= 3; n += 1) {
      const saved = { ...client, heartbeatMs: n };
      w.clients.splice(0, 1, saved);
      w.surface.applyChanges([{ kind: 'botClient.saved', client: saved }]);
    }
    await until('the last version', () => peer.arrivals.length >= 2 && w.surface.stateOf('c-nb')?.state === 'connected');
    assert.deepEqual(w.refusals, []);
    assert.equal(w.hub.size, 1);
  });

  test('that frees an address lets the client in that waited for it', async (t) => {
    const w = await onebotWorld(t);
    const peer = await framework(t);
    const first = w.addClient('one', { kind: 'reverse', url: peer.url });
    w.addClient('two', { kind: 'reverse', url: peer.url.toUpperCase().replace('/ONEBOT/V11/WS', '/onebot/v11/ws') });
    await w.surface.start();
    await peer.first;
    const refused = w.surface.stateOf('c-two');
    assert.deepEqual([refused?.state, refused?.refusal?.code], ['refused', 'config.invalid']);
    w.clients.splice(0, 1);
    w.surface.applyChanges([{ kind: 'botClient.removed', client: first }]);
    await until('the second', () => w.surface.stateOf('c-two')?.state === 'connected');
    assert.equal(w.surface.stateOf('c-one'), null);
  });
});

describe('a reverse client is not dialled', () => {
  test('to a private address for the bot of a person, but for that of an operator, of hufu.yaml, or with the right', async (t) => {
    const owned = async (patch: { fromFile?: boolean; privateTargets?: boolean; ownerUid?: string | null }) => {
      const w = await onebotWorld(t);
      const peer = await framework(t);
      w.world.people.set('20001', { ...w.bot, ownerUid: patch.ownerUid === undefined ? 'ann' : patch.ownerUid });
      w.world.people.set('ann', { ...w.ann, privateTargets: patch.privateTargets ?? false });
      w.addClient('nb', { kind: 'reverse', url: peer.url, fromFile: patch.fromFile ?? false });
      const settled = untilState(w, (state) => state.state === 'connected' || state.state === 'refused');
      await w.surface.start();
      const { state, refusal } = await settled;
      return { w, is: refusal?.code ?? state };
    };
    assert.equal((await owned({ ownerUid: null })).is, 'connected');
    assert.equal((await owned({ fromFile: true })).is, 'connected');
    assert.equal((await owned({ privateTargets: true })).is, 'connected');
    const { w, is } = await owned({});
    assert.equal(is, 'net.private_target');
    const granted = { ...w.ann, privateTargets: true };
    w.world.people.set('ann', granted);
    const connected = untilState(w, (state) => state.state === 'connected');
    w.surface.applyChanges([{ kind: 'user.saved', user: granted }]);
    await connected;
  });

  test('without its token when that cannot be opened', async (t) => {
    let attempts = 0;
    const peer = await framework(t, () => {
      attempts += 1;
      return 101;
    });
    const w = await onebotWorld(t, { openToken: () => refuse('config.invalid') });
    w.addClient('nb', { kind: 'reverse', url: peer.url, sealedToken: Buffer.from('T4') });
    const refused = untilState(w, (state) => state.state === 'refused');
    await w.surface.start();
    assert.equal((await refused).refusal?.code, 'config.invalid');
    assert.equal(attempts, 0);
  });

  test('where a redirect leads elsewhere or in circles', async (t) => {
    for (const [path, hops] of [
      ['/circle', 4],
      ['/elsewhere', 1],
    ] as const) {
      let attempts = 0;
      const w = await onebotWorld(t, { diagnose: async () => ({ code: 'remote.redirect', confidence: 'likely', evidence: [] }) });
      const peer = await framework(t, () => {
        attempts += 1;
        return { status: 302, location: path === '/circle' ? '/circle' : 'ws://192.0.2.1/' };
      });
      w.addClient('nb', { kind: 'reverse', url: peer.url.replace('/onebot/v11/ws', path) });
      const refused = untilState(w, (state) => state.state === 'refused');
      await w.surface.start();
      assert.equal((await refused).refusal?.code, 'remote.redirect');
      assert.equal(attempts, hops);
    }
  });
});
