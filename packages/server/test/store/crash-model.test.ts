import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AppendResult } from '../../src/domain/model.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/open.ts';
import { value } from './conformance.ts';
import { StoreChild, type TextDraft } from './support/child.ts';

/**
 * The log and everything folded from it, against a list in memory. A process appends and is killed with SIGKILL at a random moment, often in the middle of an
 * epoch, sometimes after its disk was full; each time the files that it leaves are opened and compared with the list.
 */
interface Stored {
  readonly draft: TextDraft;
  readonly seq: number;
}

const GROUPS = 12;
const USERS = 4;
const OPTIONS = { cacheMb: 4, epochTails: 5, epochRows: 3, dedupeMessages: 8_192 };
const nowMs = Date.now();

/** A message as two small numbers; every fourth has a clientMsgNo that comes again. */
const message = fc.tuple(fc.nat(GROUPS - 1), fc.nat(USERS - 1), fc.nat(40));
const batch = fc.array(message, { minLength: 3, maxLength: 30 });
const round = fc.record({
  batches: fc.array(batch, { minLength: 8, maxLength: 10 }),
  /** The batch that finds the disk full. */
  fullAt: fc.nat(7),
  /** Batches that were answered when the kill comes; one more is under way. */
  killAfter: fc.integer({ min: 2, max: 10 }),
});

class Model {
  readonly stored: Stored[] = [];
  readonly first = new Map<string, number>();

  /** What a correct store answers, and what it stores. */
  append(drafts: readonly TextDraft[]): AppendResult[] {
    return drafts.map((draft) => {
      const key = `${draft.sender}/${draft.ch}/${draft.clientMsgNo}`;
      const before = draft.clientMsgNo === '' ? undefined : this.first.get(key);
      const known = before === undefined ? undefined : this.stored[before - 1];
      if (before !== undefined && known !== undefined) {
        if (known.draft.payload !== draft.payload) return { status: 'conflict' };
        return { status: 'duplicate', id: before, seq: known.seq, tsMs: nowMs };
      }
      const seq = this.of(draft.ch).length + 1;
      this.stored.push({ draft, seq });
      if (draft.clientMsgNo !== '') this.first.set(key, this.stored.length);
      return { status: 'stored', id: this.stored.length, seq, tsMs: nowMs };
    });
  }

  of(ch: number): Stored[] {
    return this.stored.filter((one) => one.draft.ch === ch);
  }
}

function draftOf(
  [ch, user, n]: readonly [number, number, number],
  groups: readonly number[],
  users: readonly number[],
): TextDraft {
  const draft = { flags: 0, tsMs: nowMs, expireSeconds: 0, topic: '', parties: null };
  const clientMsgNo = n % 4 === 0 ? `no-${n}` : '';
  // Number 40 comes with two payloads: a conflict whenever both are sent.
  // Long, so that a full disk is felt at once.
  const payload = (n === 40 ? `p${user % 2} ` : `p${n} `).padEnd(1500, '.');
  return { ...draft, ch: groups[ch] ?? 0, sender: users[n === 40 ? 0 : user] ?? 0, clientMsgNo, payload };
}

interface World {
  readonly groups: number[];
  readonly users: number[];
}

async function world(dataDir: string): Promise<World> {
  const store = value(await openSqliteStore({ dataDir, ...OPTIONS }));
  const users: number[] = [];
  for (let u = 0; u < USERS; u++) users.push(value(await store.directory.ensureUser({ uid: `u${u}`, kind: 'person' })).value.u);
  const groups: number[] = [];
  for (let g = 0; g < GROUPS; g++) {
    const { ch } = value(await store.directory.ensureChannel({ id: `g${g}`, type: 2 })).value;
    const members = users.map((u) => ({ u, role: 'member' as const }));
    value(await store.directory.addMembers(ch, members, { reset: false, actor: null }));
    groups.push(ch);
  }
  await store.close();
  return { groups, users };
}

async function compare(store: SqliteStore, model: Model, { users, groups }: World): Promise<void> {
  const text = (payload: Uint8Array): string => Buffer.from(payload).toString();
  const all = await store.log.range(0, Number.MAX_SAFE_INTEGER, 10_000);
  assert.deepEqual(
    all.map((m) => [m.id, m.ch, m.seq, m.sender, m.clientMsgNo, text(m.payload)]),
    model.stored.map(({ draft: d, seq }, i) => [i + 1, d.ch, seq, d.sender, d.clientMsgNo, d.payload]),
  );
  assert.equal(await store.log.lastId(), model.stored.length);
  for (const ch of groups) {
    const own = model.of(ch);
    assert.equal(await store.log.lastSeq(ch), own.length);
    for (const startSeq of [0, 1, 32, 33, own.length]) {
      const page = await store.log.history({ ch, pullMode: 1, startSeq, endSeq: 0, limit: 40 });
      const from = startSeq === 0 ? Math.max(1, own.length - 39) : startSeq;
      assert.deepEqual(
        page.messages.map((m) => text(m.payload)),
        own.slice(from - 1, from + 39).map((one) => one.draft.payload),
      );
    }
  }
  for (const u of users) {
    const cursor = Math.floor(model.stored.length / 2);
    const feed = await store.log.feed(u, cursor, 10_000);
    assert.deepEqual(
      feed.map((m) => m.id),
      model.stored.flatMap(({ draft }, i) => (i + 1 > cursor && draft.sender !== u ? [i + 1] : [])),
    );
    for (const row of await store.directory.conversations(u, 100)) {
      const own = model.of(row.channel.ch);
      assert.equal(row.readSeq, own.findLast((one) => one.draft.sender === u)?.seq ?? 0);
      assert.equal(row.unread, own.length - row.readSeq);
    }
  }
}

/** One life of the process; answers the batch that was under way when it was killed. */
async function live(
  dataDir: string,
  model: Model,
  drafts: readonly TextDraft[][],
  fate: { fullAt: number; killAfter: number },
): Promise<TextDraft[]> {
  const child = await StoreChild.start({ dataDir, ...OPTIONS });
  try {
    for (const [index, one] of drafts.entries()) {
      if (index === fate.fullAt) await child.limit(0);
      if (index === fate.fullAt + 1) await child.limit(1_000_000);
      if (index === fate.killAfter) {
        void child.append(one);
        return one;
      }
      const answer = await child.append(one);
      // A full disk may still have room in the pages that are there: then it must answer as ever.
      if (answer.ok) assert.deepEqual(answer.value, model.append(one));
      else assert.equal(answer.refusal.code, 'srv.store_unavailable');
    }
    return [];
  } finally {
    await child.kill();
  }
}

async function inspect(dataDir: string, look: (store: SqliteStore) => Promise<void>): Promise<void> {
  const store = value(await openSqliteStore({ dataDir, ...OPTIONS }));
  try {
    await look(store);
  } finally {
    await store.close();
  }
}

test('whatever is killed, the log and all that is folded from it are what was answered, batch by batch', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 4, maxLength: 4 }), async (rounds) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'hufu-crash-'));
      const { groups, users } = await world(dataDir);
      const model = new Model();
      for (const { batches, ...fate } of rounds) {
        const drafts = batches.map((one) => one.map((m) => draftOf(m, groups, users)));
        const underWay = await live(dataDir, model, drafts, fate);
        // A copy is looked at, so that one crash follows on another; every third time an orderly end comes between.
        const place = fate.killAfter % 3 === 0 ? dataDir : `${dataDir}-look`;
        if (place !== dataDir) cpSync(dataDir, place, { recursive: true });
        await inspect(place, async (store) => {
          // What was not answered is there as a whole, or not at all.
          if ((await store.log.lastId()) > model.stored.length) model.append(underWay);
          await compare(store, model, { users, groups });
        });
        if (place !== dataDir) rmSync(place, { recursive: true });
      }
      rmSync(dataDir, { recursive: true });
    }),
    { numRuns: 3, endOnFailure: true },
  );
});
