import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Draft } from '../../src/domain/model.ts';
import type { Directory, MessageLog } from '../../src/domain/ports.ts';
import type { Outcome } from '../../src/kernel/outcome.ts';

/** What any store must let the suite do. */
export interface StoreHarness {
  log: MessageLog;
  directory: Directory;
  /** Orderly close, then open again. */
  restart(): Promise<void>;
  /** As after kill -9: the files as they are now, opened anew. */
  crash(): Promise<void>;
  /** Rows changed so far. */
  rowsChanged(): Promise<number>;
  /** Moves the clock. */
  sleepMs(ms: number): void;
  end(): Promise<void>;
}

export function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  return outcome.value;
}

export function storeConformance(name: string, open: () => Promise<StoreHarness>): void {
  describe(`the store ${name}`, () => {
    let s: StoreHarness;
    let made = 0;
    before(async () => {
      s = await open();
    });
    after(() => s.end());

    const user = async (uid: string) => value(await s.directory.ensureUser({ uid, kind: 'person' })).value;
    const group = async (members: readonly number[], id = `g${++made}`) => {
      const channel = value(await s.directory.ensureChannel({ id, type: 2 })).value;
      value(
        await s.directory.addMembers(
          channel.ch,
          members.map((u) => ({ u, role: 'member' as const })),
          { reset: false, actor: null },
        ),
      );
      return channel;
    };
    const draft = (ch: number, sender: number, text: string, more: Partial<Draft> = {}): Draft => ({
      ch,
      sender,
      clientMsgNo: '',
      flags: 0,
      tsMs: 1_700_000_000_000,
      expireSeconds: 0,
      topic: '',
      payload: Buffer.from(text),
      parties: null,
      ...more,
    });
    const fill = async (ch: number, sender: number, count: number) =>
      value(await s.log.append(Array.from({ length: count }, (_, i) => draft(ch, sender, `m${i + 1}`))));
    const texts = (messages: readonly { payload: Uint8Array }[]) => messages.map((m) => Buffer.from(m.payload).toString());

    test('gives rising ids without a gap and one gapless seq a channel, and keeps every field', async () => {
      const a = await user('order-a');
      const [g, h] = [await group([a.u]), await group([a.u])];
      const from = await s.log.lastId();
      const results = value(
        await s.log.append([
          draft(g.ch, a.u, 'x', { topic: 'ö', flags: 0x0a02, expireSeconds: 7, clientMsgNo: 'né-1' }),
          draft(h.ch, a.u, 'y'),
          draft(g.ch, a.u, 'z'),
        ]),
      );
      assert.deepEqual(
        results.map((r) => r.status !== 'conflict' && [r.id - from, r.seq]),
        [
          [1, 1],
          [2, 1],
          [3, 2],
        ],
      );
      const [first] = await s.log.range(from, from + 3, 10);
      assert.deepEqual(
        { ...first, payload: Buffer.from(first?.payload ?? []).toString() },
        {
          id: from + 1,
          ch: g.ch,
          seq: 1,
          sender: a.u,
          clientMsgNo: 'né-1',
          flags: 0x0a02,
          tsMs: 1_700_000_000_000,
          expireSeconds: 7,
          topic: 'ö',
          payload: 'x',
        },
      );
      assert.deepEqual(texts(await s.log.range(from, from + 3, 10)), ['x', 'y', 'z']);
      assert.equal((await s.log.byId(from + 2))?.ch, h.ch);
      assert.equal(await s.log.byId(1e9), null);
    });

    test('answers a repeated clientMsgNo with the first place, another payload with a conflict, within a batch and after both kinds of restart', async () => {
      const a = await user('dup-a');
      const g = await group([a.u]);
      const d = draft(g.ch, a.u, 'once', { clientMsgNo: 'no-1', tsMs: Date.now() });
      const [stored, twice] = value(await s.log.append([d, d]));
      assert.equal(stored?.status, 'stored');
      assert.deepEqual(twice, { ...stored, status: 'duplicate' });
      for (const again of [() => s.restart(), () => s.crash()]) {
        await again();
        assert.deepEqual(value(await s.log.append([d, { ...d, payload: Buffer.from('other') }])), [
          { ...stored, status: 'duplicate' },
          { status: 'conflict' },
        ]);
      }
      assert.equal(await s.log.lastSeq(g.ch), 1);
    });

    test('forgets a clientMsgNo after 24 hours', async () => {
      const a = await user('old-a');
      const g = await group([a.u]);
      const d = draft(g.ch, a.u, 'once', { clientMsgNo: 'no-2', tsMs: Date.now() });
      await s.log.append([d]);
      s.sleepMs(25 * 3_600_000);
      assert.equal(value(await s.log.append([d]))[0]?.status, 'stored');
      s.sleepMs(-25 * 3_600_000);
    });

    test('folds the log again after a kill in the middle of an epoch', async () => {
      const a = await user('fold-a');
      const groups = [];
      for (let i = 0; i < 150; i++) groups.push(await group([a.u]));
      for (let round = 0; round < 3; round++) value(await s.log.append(groups.map((g) => draft(g.ch, a.u, `r${round}`))));
      await s.crash();
      for (const g of groups) assert.equal(await s.log.lastSeq(g.ch), 3);
      assert.deepEqual(
        (await s.directory.conversations(a.u, 500)).map((c) => c.unread),
        groups.map(() => 0),
      );
      const [next] = value(await s.log.append([draft(groups[0]?.ch ?? 0, a.u, 'after')]));
      assert.equal(next?.status === 'stored' && next.seq, 4);
      await s.restart();
      assert.equal(await s.log.lastSeq(groups[149]?.ch ?? 0), 3);
    });

    test('pages history in both pull modes, ascending', async () => {
      const a = await user('page-a');
      const g = await group([a.u]);
      await fill(g.ch, a.u, 100);
      const page = async (pullMode: 0 | 1, startSeq: number, endSeq: number, limit: number) => {
        const { messages, more } = await s.log.history({ ch: g.ch, pullMode, startSeq, endSeq, limit });
        return [messages.map((m) => m.seq), more];
      };
      const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
      assert.deepEqual(await page(0, 0, 0, 5), [run(96, 100), true]);
      assert.deepEqual(await page(1, 0, 0, 5), [run(96, 100), true]);
      assert.deepEqual(await page(1, 1, 0, 40), [run(1, 40), true]);
      assert.deepEqual(await page(1, 30, 34, 40), [run(30, 33), false]);
      assert.deepEqual(await page(1, 90, 0, 40), [run(90, 100), false]);
      assert.deepEqual(await page(0, 64, 0, 33), [run(32, 64), true]);
      assert.deepEqual(await page(0, 50, 45, 10), [run(46, 50), false]);
      assert.deepEqual(await page(0, 5, 10, 10), [[], false]);
      assert.deepEqual(await page(1, 101, 0, 10), [[], false]);
      assert.deepEqual(await s.log.history({ ch: 999_999, pullMode: 0, startSeq: 0, endSeq: 0, limit: 10 }), {
        messages: [],
        more: false,
      });
    });

    test('feeds a member what others said after its cursor, across channels, in order, also after a restart', async () => {
      const [a, b] = [await user('feed-a'), await user('feed-b')];
      const late = await group([a.u]);
      await fill(late.ch, a.u, 3);
      const cursor = await s.log.lastId();
      value(await s.directory.addMembers(late.ch, [{ u: b.u, role: 'member' }], { reset: false, actor: null }));
      const g = await group([a.u, b.u]);
      const other = await group([a.u]);
      for (let i = 0; i < 70; i++)
        await s.log.append([
          draft(g.ch, a.u, `g${i}`),
          draft(late.ch, a.u, `l${i}`),
          draft(other.ch, a.u, 'no'),
          draft(g.ch, b.u, 'own'),
        ]);
      const expected = Array.from({ length: 70 }, (_, i) => [`g${i}`, `l${i}`]).flat();
      assert.deepEqual(texts(await s.log.feed(b.u, cursor, 1000)), expected);
      assert.deepEqual(texts(await s.log.feed(b.u, 0, 1000)), expected, 'nothing from before it joined');
      await s.crash();
      const half = await s.log.feed(b.u, cursor, 51);
      assert.deepEqual(texts(await s.log.feed(b.u, half.at(-1)?.id ?? 0, 1000)), expected.slice(51));
      assert.deepEqual(await s.log.feed(b.u, await s.log.lastId(), 10), []);
    });

    test('makes both memberships of a person channel with its first message and counts unread', async () => {
      const [a, b] = [await user('conv-a'), await user('conv-b')];
      const state = await s.directory.loadState(1, 'conv-a@conv-b');
      assert.deepEqual([...(state?.members.keys() ?? [])], [a.u, b.u]);
      assert.equal(await s.directory.loadState(1, 'conv-a@nobody'), null);
      const ch = state?.channel.ch ?? 0;
      assert.deepEqual(await s.directory.conversations(a.u, 10), []);
      value(await s.log.append([1, 2, 3].map((i) => draft(ch, a.u, `p${i}`, { parties: [a.u, b.u] }))));
      const [mine] = await s.directory.conversations(a.u, 10);
      const [theirs] = await s.directory.conversations(b.u, 10);
      assert.deepEqual([mine?.unread, theirs?.unread, theirs?.last?.seq, theirs?.channel.id], [0, 3, 3, 'conv-a@conv-b']);
      assert.equal(value(await s.directory.moveRead(ch, b.u, 2)).value, 2);
      assert.equal(value(await s.directory.moveRead(ch, b.u, 1)).value, 2);
      assert.deepEqual(value(await s.directory.moveRead(ch, b.u, 99)).changes, [{ kind: 'read.moved', ch, u: b.u, readSeq: 3 }]);
      await s.restart();
      assert.deepEqual(
        (await s.directory.conversations(b.u, 10)).map((c) => c.unread),
        [0],
      );
    });

    test('changes at most three rows for a message to a group of 5 000', async () => {
      const a = await user('big-a');
      const g = await group([a.u, ...Array.from({ length: 4_999 }, (_, i) => 1_000_000 + i)]);
      for (let i = 0; i < 40; i++) {
        const rows = await s.rowsChanged();
        await fill(g.ch, a.u, 1);
        const changed = (await s.rowsChanged()) - rows;
        assert.ok(changed <= 3, `${changed} rows`);
      }
    });

    test('keeps members, roles, lists and flags, and tells what changed', async () => {
      const [a, b, c] = [await user('mem-a'), await user('mem-b'), await user('mem-c')];
      const g = await group([]);
      const d = s.directory;
      const how = { reset: false, actor: 'mem-a' };
      assert.deepEqual(
        value(
          await d.addMembers(
            g.ch,
            [
              { u: a.u, role: 'owner' },
              { u: b.u, role: 'member' },
            ],
            how,
          ),
        ).value,
        [a.u, b.u],
      );
      assert.deepEqual(
        value(
          await d.addMembers(
            g.ch,
            [
              { u: a.u, role: 'member' },
              { u: b.u, role: 'admin' },
            ],
            how,
          ),
        ).value,
        [],
      );
      assert.deepEqual(
        [...((await d.loadStateByInt(g.ch))?.members.values() ?? [])].map((m) => [m.u, m.role]),
        [
          [a.u, 'owner'],
          [b.u, 'admin'],
        ],
      );
      value(
        await d.addMembers(
          g.ch,
          [
            { u: b.u, role: 'member' },
            { u: c.u, role: 'owner' },
          ],
          { reset: true, actor: null },
        ),
      );
      value(await d.editList(g.ch, 'deny', 'add', [a.u]));
      value(await d.editList(g.ch, 'allow', 'set', [b.u, c.u]));
      value(await d.editList(g.ch, 'allow', 'remove', [c.u]));
      value(await d.ensureChannel({ id: g.id, type: 2, ban: true, name: 'G' }));
      value(await d.ensureChannel({ id: g.id, type: 2, disband: true }));
      await s.restart();
      const state = await s.directory.loadState(2, g.id);
      assert.deepEqual(
        [...(state?.members.values() ?? [])].map((m) => [m.u, m.role]),
        [
          [b.u, 'member'],
          [c.u, 'owner'],
        ],
      );
      assert.deepEqual([[...(state?.deny ?? [])], [...(state?.allow ?? [])]], [[a.u], [b.u]]);
      assert.deepEqual(
        [state?.channel.ban, state?.channel.disband, state?.channel.name, state?.channel.sendBan],
        [true, true, 'G', false],
      );
      assert.deepEqual(value(await s.directory.removeMembers(g.ch, [b.u, 77], null)).value, [b.u]);
      assert.deepEqual(
        (await s.directory.groupsOf(c.u)).map((x) => x.id),
        [g.id],
      );
      const refused = await s.directory.addMembers(99_999, [], how);
      assert.equal(!refused.ok && refused.refusal.code, 'im.channel_missing');
      const person = await s.directory.loadState(1, 'mem-a@mem-b');
      value(await s.directory.editList(person?.channel.ch ?? 0, 'allow', 'add', [a.u]));
      assert.deepEqual(
        (await s.directory.friendsOf(a.u)).map((u) => u.uid),
        ['mem-b'],
      );
    });

    test('keeps the number of a canonical decimal uid and never gives one number to a user and a group', async () => {
      const number = async (uid: string) => (await user(uid)).numericId;
      assert.equal(await number('20001'), 20001);
      assert.equal(await number('4294967294'), 4294967294);
      for (const uid of ['4294967295', '9999', '020001', 'alice']) assert.notEqual(await number(uid), Number(uid));
      const g = await group([], '20001');
      assert.notEqual(g.numericId, 20001);
      assert.equal((await s.directory.channelByNumber(g.numericId))?.ch, g.ch);
      const alice = await number('alice');
      await s.restart();
      assert.equal((await s.directory.userByNumber(alice))?.uid, 'alice');
      assert.equal((await s.directory.user('____system'))?.kind, 'system');
    });

    test('keeps the current device token and the last three that it replaced', async () => {
      for (let i = 1; i <= 6; i++)
        value(await s.directory.saveDeviceToken({ uid: 'tok', deviceFlag: 1, deviceLevel: 1, hash: Buffer.alloc(32, i) }));
      value(await s.directory.saveDeviceToken({ uid: 'tok', deviceFlag: 0, deviceLevel: 0, hash: Buffer.alloc(32, 9) }));
      const phone = (await s.directory.deviceTokens('tok')).filter((t) => t.deviceFlag === 1);
      assert.deepEqual(
        phone.map((t) => [t.hash[0], t.supersededMs === null]),
        [
          [3, false],
          [4, false],
          [5, false],
          [6, true],
        ],
      );
      assert.equal((await s.directory.deviceTokensByHash(Buffer.alloc(32, 9)))[0]?.uid, 'tok');
      value(await s.directory.saveDeviceToken({ uid: 'tok', deviceFlag: 0, deviceLevel: 0, hash: new Uint8Array(0) }));
      assert.deepEqual(await s.directory.deviceTokensByHash(new Uint8Array(0)), []);
    });

    test('keeps sessions, passwords, bot clients, cursors and settings', async () => {
      const d = s.directory;
      const hash = new Uint8Array(32).fill(7);
      const session = { hash, kind: 'person' as const, uid: 'x', createdMs: 1, expiresMs: Date.now() + 1e6 };
      const client = {
        id: 'c1',
        botUid: 'b',
        name: 'nb',
        kind: 'reverse' as const,
        url: 'ws://h/',
        tokenHash: null,
        sealedToken: hash,
        format: 'array' as const,
        heartbeatMs: 30_000,
        queryToken: false,
        replayMaxEvents: 1000,
        replayMaxAgeSeconds: 600,
        enabled: true,
        fromFile: false,
        preset: 'koishi' as const,
      };
      await user('pw');
      value(await d.saveSession(session));
      value(await d.savePassword('pw', 'argon2id$…'));
      value(await d.saveBotClient(client));
      value(await d.saveCursors([{ reader: 'bot:b:nb', messageId: 5 }]));
      value(await d.saveSetting('k', 'v'));
      await s.restart();
      assert.deepEqual(await s.directory.sessionByHash(hash), session);
      assert.equal(await s.directory.password('pw'), 'argon2id$…');
      assert.deepEqual(await s.directory.botClients(), [client]);
      assert.equal(await s.directory.cursor('bot:b:nb'), 5);
      assert.equal(await s.directory.cursor('none'), null);
      assert.equal(await s.directory.setting('k'), 'v');
      value(await s.directory.savePassword('pw', 'argon2id$another'));
      assert.deepEqual(await s.directory.sessionByHash(hash), session, 'of another account');
      await user('x');
      value(await s.directory.savePassword('x', 'argon2id$…'));
      assert.equal(await s.directory.sessionByHash(hash), null, 'ended with the password that opened it');
      value(await s.directory.saveSession(session));
      value(await s.directory.removeSession(hash));
      assert.equal(await s.directory.sessionByHash(hash), null);
      assert.deepEqual(value(await s.directory.removeBotClient('c1')).changes, [{ kind: 'botClient.removed', client }]);
    });
  });
}
