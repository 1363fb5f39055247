import type { DatabaseSync } from 'node:sqlite';
import { Epoch } from './epoch.ts';

/** A channel's end, and what each recent sender has read by sending. Most channels have one or two recent senders: no map until needed. */
export interface Tail {
  readonly ch: number;
  seq: number;
  id: number;
  /** user → seq of the last own message, not yet folded into membership.read_seq. */
  readers: Map<number, number> | null;
}

export interface TailLimits {
  /** Dirty channels at which an epoch is frozen. */
  readonly epochTails: number;
  /** Clean tails beyond this many are forgotten. */
  readonly maxTails: number;
  /** Rows of an epoch that a batch writes at least. */
  readonly epochRows: number;
}

const EPOCH_AGE_MS = 30_000;
const REPLAY_PAGE = 10_000;

/**
 * Channel tails as a fold over the log. Dirty ones live only here and in the log; an epoch writes a frozen set of them, a slice with each batch, and with the
 * last slice `meta.folded_id`. Replaying rows above it is idempotent because all values only rise.
 */
export class Tails {
  readonly #map = new Map<number, Tail>();
  #dirty = new Set<number>();
  #epoch: Epoch | null = null;
  #lastEpochMs: number;
  #foldedId: number;
  readonly #undoTails: Tail[] = [];
  readonly #undoValues: number[] = [];
  readonly #select;
  readonly #upsert;
  readonly #moveRead;
  readonly #saveFolded;
  readonly #limits: TailLimits;

  constructor(db: DatabaseSync, limits: TailLimits, nowMs: number) {
    this.#limits = limits;
    this.#lastEpochMs = nowMs;
    this.#select = db.prepare('SELECT last_seq, last_id FROM channel_tail WHERE ch=?');
    this.#upsert = db.prepare(
      'INSERT INTO channel_tail(ch, last_seq, last_id) VALUES(?,?,?) ON CONFLICT(ch) DO UPDATE SET last_seq=excluded.last_seq, last_id=excluded.last_id',
    );
    this.#moveRead = db.prepare('UPDATE membership SET read_seq=?1 WHERE ch=?2 AND user=?3 AND read_seq<?1');
    this.#saveFolded = db.prepare("UPDATE meta SET v=? WHERE k='folded_id'");
    this.#foldedId = Number(db.prepare("SELECT v FROM meta WHERE k='folded_id'").get()?.['v'] ?? 0);
    this.#replay(db);
  }

  #replay(db: DatabaseSync): void {
    const rows = db.prepare('SELECT id, ch, seq, sender FROM message WHERE id>? ORDER BY id LIMIT ?');
    let from = this.#foldedId;
    for (;;) {
      const page = rows.all(from, REPLAY_PAGE);
      if (page.length === 0) return;
      for (const row of page) {
        from = Number(row['id']);
        const tail = this.of(Number(row['ch']));
        tail.seq = Number(row['seq']);
        tail.id = from;
        (tail.readers ??= new Map()).set(Number(row['sender']), tail.seq);
        this.#dirty.add(tail.ch);
      }
    }
  }

  /** The tail to append to: stays in memory from now on. */
  of(ch: number): Tail {
    let tail = this.#map.get(ch);
    if (tail === undefined) this.#map.set(ch, (tail = this.#fromTable(ch)));
    return tail;
  }

  /** The tail to look at: what only readers ask for is not kept. */
  peek(ch: number): Readonly<Tail> {
    return this.#map.get(ch) ?? this.#fromTable(ch);
  }

  /** For the reader thread: only what may be newer than the tables. */
  inMemory(ch: number): Readonly<Tail> | undefined {
    return this.#map.get(ch);
  }

  advance(tail: Tail, id: number, sender: number): void {
    this.#undoTails.push(tail);
    this.#undoValues.push(tail.seq, tail.id, sender, tail.readers?.get(sender) ?? 0);
    tail.seq += 1;
    tail.id = id;
    (tail.readers ??= new Map()).set(sender, tail.seq);
    this.#dirty.add(tail.ch);
  }

  /** Inside the batch's transaction: the next slice of the epoch under way. */
  writeSlice(batchSize: number): void {
    if (this.#epoch === null) return;
    this.#writeRows(this.#epoch, batchSize);
    if (this.#epoch.sliceIsLast) this.#saveFolded.run(this.#epoch.lastId);
  }

  /** After the commit; `lastId` is the last id now on disk. */
  committed(lastId: number, nowMs: number): void {
    this.#undoTails.length = 0;
    this.#undoValues.length = 0;
    if (this.#epoch === null) {
      const old = nowMs - this.#lastEpochMs >= EPOCH_AGE_MS;
      if (this.#dirty.size >= this.#limits.epochTails || (this.#dirty.size > 0 && old)) this.#freeze(lastId);
      return;
    }
    this.#epoch.sliceCommitted((ch, user, seq) => this.#forgetReader(ch, user, seq));
    if (!this.#epoch.isDone) return;
    this.#foldedId = this.#epoch.lastId;
    this.#epoch = null;
    this.#lastEpochMs = nowMs;
    this.#evict();
  }

  rolledBack(): void {
    for (let i = this.#undoTails.length - 1; i >= 0; i--) {
      const tail = this.#undoTails[i];
      if (tail === undefined) continue;
      const [seq = 0, id = 0, sender = 0, before = 0] = this.#undoValues.slice(i * 4, i * 4 + 4);
      tail.seq = seq;
      tail.id = id;
      if (before === 0) tail.readers?.delete(sender);
      else tail.readers?.set(sender, before);
    }
    this.#undoTails.length = 0;
    this.#undoValues.length = 0;
    this.#epoch?.sliceRolledBack();
  }

  /** Everything at once, before an orderly close: the next start replays nothing. */
  writeAll(lastId: number): void {
    if (this.#epoch !== null) this.#writeRows(this.#epoch, Number.MAX_SAFE_INTEGER);
    this.#writeRows(new Epoch(this.#dirtyTails(), lastId, 0), Number.MAX_SAFE_INTEGER);
    this.#saveFolded.run(lastId);
  }

  stats(): { tails: number; dirty: number; foldedId: number; epochRowsLeft: number } {
    return {
      tails: this.#map.size,
      dirty: this.#dirty.size,
      foldedId: this.#foldedId,
      epochRowsLeft: this.#epoch?.rowsLeft ?? 0,
    };
  }

  #fromTable(ch: number): Tail {
    const row = this.#select.get(ch);
    return { ch, seq: Number(row?.['last_seq'] ?? 0), id: Number(row?.['last_id'] ?? 0), readers: null };
  }

  *#dirtyTails(): Iterable<Tail> {
    for (const ch of Float64Array.from(this.#dirty).sort()) {
      const tail = this.#map.get(ch);
      // A channel whose only messages were rolled back has nothing to write.
      if (tail !== undefined && tail.seq > 0) yield tail;
    }
  }

  #freeze(lastId: number): void {
    this.#epoch = new Epoch(this.#dirtyTails(), lastId, this.#limits.epochRows);
    this.#dirty = new Set();
  }

  /** A tail is written as it is now, which may be further than at the freeze; it is then dirty again. */
  #writeRows(epoch: Epoch, batchSize: number): void {
    epoch.slice(batchSize, (ch, user, seq) => {
      if (user !== 0) return this.#moveRead.run(seq, ch, user);
      const tail = this.of(ch);
      return this.#upsert.run(ch, tail.seq, tail.id);
    });
  }

  #forgetReader(ch: number, user: number, seq: number): void {
    const tail = this.#map.get(ch);
    if (tail?.readers?.get(user) !== seq) return;
    tail.readers.delete(user);
    if (tail.readers.size === 0) tail.readers = null;
  }

  /** Only between epochs: what an epoch has not written yet stands nowhere else. */
  #evict(): void {
    if (this.#map.size <= this.#limits.maxTails) return;
    for (const ch of this.#map.keys()) {
      if (this.#map.size <= this.#limits.maxTails) return;
      if (!this.#dirty.has(ch)) this.#map.delete(ch);
    }
  }
}
