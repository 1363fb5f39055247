import type { DatabaseSync } from 'node:sqlite';

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
}

const EPOCH_AGE_MS = 30_000;
const EPOCH_ROWS_PER_BATCH = 64;

/**
 * Channel tails as a fold over the log (DESIGN §7.1). Dirty ones live only here and in the log; an epoch writes a frozen set of
 * them in slices, and with the last slice `meta.folded_id`. Replaying rows above it is idempotent because all values only rise.
 */
export class Tails {
  private readonly map = new Map<number, Tail>();
  private dirty = new Set<number>();
  private epoch: readonly number[] | null = null;
  private epochAt = 0;
  private epochId = 0;
  private epochStartedMs = 0;
  private sliceEnd = 0;
  private foldedId: number;
  private readonly undoTails: Tail[] = [];
  private readonly undoValues: number[] = [];
  private readonly select;
  private readonly upsert;
  private readonly moveRead;
  private readonly saveFolded;
  private readonly limits: TailLimits;

  constructor(db: DatabaseSync, limits: TailLimits, nowMs: number) {
    this.limits = limits;
    this.epochStartedMs = nowMs;
    this.select = db.prepare('SELECT last_seq, last_id FROM channel_tail WHERE ch=?');
    this.upsert = db.prepare(
      'INSERT INTO channel_tail(ch, last_seq, last_id) VALUES(?,?,?) ON CONFLICT(ch) DO UPDATE SET last_seq=excluded.last_seq, last_id=excluded.last_id',
    );
    this.moveRead = db.prepare('UPDATE membership SET read_seq=?1 WHERE ch=?2 AND user=?3 AND read_seq<?1');
    this.saveFolded = db.prepare("UPDATE meta SET v=? WHERE k='folded_id'");
    this.foldedId = Number(db.prepare("SELECT v FROM meta WHERE k='folded_id'").get()?.['v'] ?? 0);
    this.replay(db);
  }

  private replay(db: DatabaseSync): void {
    const rows = db.prepare('SELECT id, ch, seq, sender FROM message WHERE id>? ORDER BY id LIMIT 10000');
    let from = this.foldedId;
    for (;;) {
      const page = rows.all(from);
      if (page.length === 0) return;
      for (const row of page) {
        from = Number(row['id']);
        const tail = this.of(Number(row['ch']));
        tail.seq = Number(row['seq']);
        tail.id = from;
        (tail.readers ??= new Map()).set(Number(row['sender']), tail.seq);
        this.dirty.add(tail.ch);
      }
    }
  }

  of(ch: number): Tail {
    let tail = this.map.get(ch);
    if (tail === undefined) {
      const row = this.select.get(ch);
      tail = { ch, seq: Number(row?.['last_seq'] ?? 0), id: Number(row?.['last_id'] ?? 0), readers: null };
      this.map.set(ch, tail);
    }
    return tail;
  }

  /** For readers: only what may be newer than the tables. */
  inMemory(ch: number): Tail | undefined {
    return this.map.get(ch);
  }

  advance(tail: Tail, id: number, sender: number): void {
    this.undoTails.push(tail);
    this.undoValues.push(tail.seq, tail.id, sender, tail.readers?.get(sender) ?? 0);
    tail.seq += 1;
    tail.id = id;
    (tail.readers ??= new Map()).set(sender, tail.seq);
    this.dirty.add(tail.ch);
  }

  /** Inside the batch's transaction: the next slice of the epoch under way. */
  writeSlice(batchSize: number): void {
    if (this.epoch === null) return;
    this.sliceEnd = Math.min(this.epoch.length, this.epochAt + Math.max(EPOCH_ROWS_PER_BATCH, batchSize));
    for (let i = this.epochAt; i < this.sliceEnd; i++) this.writeTail(this.epoch[i] ?? 0);
    if (this.sliceEnd === this.epoch.length) this.saveFolded.run(this.epochId);
  }

  /** After the commit; `lastId` is the last id now on disk. */
  committed(lastId: number, nowMs: number): void {
    this.undoTails.length = 0;
    this.undoValues.length = 0;
    if (this.epoch !== null) {
      for (; this.epochAt < this.sliceEnd; this.epochAt++) {
        const tail = this.map.get(this.epoch[this.epochAt] ?? 0);
        if (tail !== undefined) tail.readers = null;
      }
      if (this.epochAt === this.epoch.length) {
        this.foldedId = this.epochId;
        this.epoch = null;
        this.epochStartedMs = nowMs;
        this.evict();
      }
    } else if (this.dirty.size >= this.limits.epochTails || (this.dirty.size > 0 && nowMs - this.epochStartedMs >= EPOCH_AGE_MS))
      this.freeze(lastId);
  }

  rolledBack(): void {
    for (let i = this.undoTails.length - 1; i >= 0; i--) {
      const tail = this.undoTails[i];
      if (tail === undefined) continue;
      tail.seq = this.undoValues[i * 4] ?? 0;
      tail.id = this.undoValues[i * 4 + 1] ?? 0;
      const before = this.undoValues[i * 4 + 3] ?? 0;
      if (before === 0) tail.readers?.delete(this.undoValues[i * 4 + 2] ?? 0);
      else tail.readers?.set(this.undoValues[i * 4 + 2] ?? 0, before);
    }
    this.undoTails.length = 0;
    this.undoValues.length = 0;
    this.sliceEnd = this.epochAt;
  }

  /** Everything at once, before an orderly close: the next start replays nothing. */
  writeAll(lastId: number): void {
    for (const ch of new Set([...(this.epoch?.slice(this.epochAt) ?? []), ...this.dirty])) this.writeTail(ch);
    this.saveFolded.run(lastId);
  }

  stats(): { tails: number; dirty: number; foldedId: number } {
    return { tails: this.map.size, dirty: this.dirty.size, foldedId: this.foldedId };
  }

  private freeze(lastId: number): void {
    this.epoch = [...this.dirty].sort((a, b) => a - b);
    this.dirty = new Set();
    this.epochAt = 0;
    this.sliceEnd = 0;
    this.epochId = lastId;
  }

  private writeTail(ch: number): void {
    const tail = this.of(ch);
    if (tail.seq === 0) return;
    this.upsert.run(ch, tail.seq, tail.id);
    if (tail.readers !== null) for (const [user, seq] of tail.readers) this.moveRead.run(seq, ch, user);
  }

  private evict(): void {
    if (this.map.size <= this.limits.maxTails) return;
    for (const ch of this.map.keys()) {
      if (this.map.size <= this.limits.maxTails) return;
      if (!this.dirty.has(ch)) this.map.delete(ch);
    }
  }
}
