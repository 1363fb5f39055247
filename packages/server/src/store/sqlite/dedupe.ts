import type { DatabaseSync } from 'node:sqlite';
import { hashKey, type HashSeed } from './half-sip.ts';

export const DEDUPE_BLOCK = 4096;
export const DEDUPE_WINDOW_MS = 24 * 3_600_000;

interface Block {
  readonly firstId: number;
  readonly keys: Uint32Array<ArrayBuffer>;
  tsMs: number;
}

/**
 * (sender, channel, clientMsgNo) → id for the last 24 h or `maxMessages`, the smaller. Open addressing with linear probing; a key is
 * a keyed 64-bit hash kept as two 32-bit halves, 0·0 = empty. Keys also stand in blocks of 4096 ids, saved once full, so that a
 * restart loads blobs, and so that the oldest block can be taken out again key by key.
 */
export class DedupeTable {
  private high = new Uint32Array(0);
  private low = new Uint32Array(0);
  private ids = new Uint32Array(0);
  private used = 0;
  private blocks: Block[] = [];
  private readonly undo: number[] = [];
  private unsaved: Block[] = [];
  private blocksBefore = 0;
  private earlyEvictions = 0;
  private readonly maxBlocks: number;
  private readonly insertBlock;
  private readonly deleteBlocks;
  readonly seed: HashSeed;

  constructor(db: DatabaseSync, maxMessages: number, nowMs: number) {
    this.maxBlocks = Math.max(2, Math.ceil(maxMessages / DEDUPE_BLOCK));
    this.allocate(8192);
    this.insertBlock = db.prepare('INSERT OR REPLACE INTO dedupe_block(first_id, ts, keys) VALUES(?,?,?)');
    this.deleteBlocks = db.prepare('DELETE FROM dedupe_block WHERE first_id<?');
    const key = db.prepare("SELECT v FROM meta WHERE k='dedupe_key'").get()?.['v'];
    if (!(key instanceof Uint8Array) || key.length !== 8) throw new Error('meta.dedupe_key is missing');
    const view = new DataView(key.buffer, key.byteOffset, 8);
    this.seed = { k0: view.getUint32(0, true), k1: view.getUint32(4, true) };
    this.load(db, nowMs);
  }

  private load(db: DatabaseSync, nowMs: number): void {
    const saved = db
      .prepare('SELECT first_id, ts, keys FROM dedupe_block WHERE ts>? ORDER BY first_id DESC LIMIT ?')
      .all(nowMs - DEDUPE_WINDOW_MS, this.maxBlocks - 1);
    for (const row of saved.reverse()) {
      const blob = row['keys'];
      if (!(blob instanceof Uint8Array) || blob.length !== DEDUPE_BLOCK * 8) continue;
      const keys = new Uint32Array(new Uint8Array(blob).buffer);
      const block: Block = { firstId: Number(row['first_id']), keys, tsMs: Number(row['ts']) };
      this.blocks.push(block);
      for (let i = 0; i < DEDUPE_BLOCK; i++) this.put(keys[i * 2] ?? 0, keys[i * 2 + 1] ?? 0, block.firstId + i);
    }
    const last = Number(db.prepare('SELECT max(id) m FROM message').get()?.['m'] ?? 0);
    const lastSaved = db.prepare('SELECT max(first_id) m FROM dedupe_block').get()?.['m'];
    // The newest block is not saved until it is full: its keys are hashed again from the rows.
    const from = Math.max(
      lastSaved == null ? 1 : Number(lastSaved) + DEDUPE_BLOCK,
      firstIdOf(last - (this.maxBlocks - 1) * DEDUPE_BLOCK),
    );
    for (const row of db
      .prepare('SELECT id, ch, sender, client_msg_no, ts_ms FROM message WHERE id>=? ORDER BY id')
      .iterate(from)) {
      const no = Buffer.from(String(row['client_msg_no'] ?? ''));
      if (no.length === 0) continue;
      const hash = hashKey(this.seed, Number(row['sender']), Number(row['ch']), no);
      this.insert(hash.high, hash.low, Number(row['id']), Number(row['ts_ms']));
    }
    this.undo.length = 0;
    this.blocksBefore = this.blocks.length;
  }

  /** Calls `same` with each id that has this key until it says yes; answers that id, or 0. */
  find(high: number, low: number, lastId: number, same: (id: number) => boolean): number {
    const mask = this.ids.length - 1;
    for (let i = low & mask; this.high[i] !== 0 || this.low[i] !== 0; i = (i + 1) & mask) {
      if (this.high[i] !== high || this.low[i] !== low) continue;
      // Only 32 bits of an id are kept; the window is far smaller than 2^32, so the last id gives the rest back.
      const id = lastId - ((lastId - (this.ids[i] ?? 0)) >>> 0);
      if (same(id)) return id;
    }
    return 0;
  }

  insert(high: number, low: number, id: number, tsMs: number): void {
    const firstId = firstIdOf(id);
    let block = this.blocks.at(-1);
    if (block === undefined || block.firstId !== firstId) {
      if (block !== undefined) this.unsaved.push(block);
      block = { firstId, keys: new Uint32Array(DEDUPE_BLOCK * 2), tsMs };
      this.blocks.push(block);
    }
    block.tsMs = tsMs;
    block.keys[(id - firstId) * 2] = high;
    block.keys[(id - firstId) * 2 + 1] = low;
    this.put(high, low, id);
    this.undo.push(high, low, id);
  }

  /** Inside the batch's transaction: blocks that are full, and the end of those that fell out of the window. */
  write(): void {
    for (const block of this.unsaved) this.insertBlock.run(block.firstId, block.tsMs, new Uint8Array(block.keys.buffer));
    const oldest = this.blocks[this.blocks.length - this.maxBlocks];
    if (this.unsaved.length > 0 && oldest !== undefined) this.deleteBlocks.run(oldest.firstId);
  }

  committed(): void {
    this.undo.length = 0;
    this.unsaved = [];
    while (this.blocks.length > this.maxBlocks) this.evictOldest();
    this.blocksBefore = this.blocks.length;
  }

  rolledBack(): void {
    for (let i = this.undo.length - 3; i >= 0; i -= 3)
      this.remove(this.undo[i] ?? 0, this.undo[i + 1] ?? 0, this.undo[i + 2] ?? 0);
    for (let i = 0; i < this.undo.length; i += 3) this.clearKey(this.undo[i + 2] ?? 0);
    this.undo.length = 0;
    this.unsaved = [];
    this.blocks.length = this.blocksBefore;
  }

  stats(): { keys: number; earlyEvictions: number } {
    return { keys: this.used, earlyEvictions: this.earlyEvictions };
  }

  private clearKey(id: number): void {
    const block = this.blocks.findLast((b) => b.firstId === firstIdOf(id));
    block?.keys.fill(0, (id - block.firstId) * 2, (id - block.firstId) * 2 + 2);
  }

  private evictOldest(): void {
    const block = this.blocks.shift();
    if (block === undefined) return;
    const newest = this.blocks.at(-1)?.tsMs ?? 0;
    for (let i = 0; i < DEDUPE_BLOCK; i++) {
      const high = block.keys[i * 2] ?? 0;
      const low = block.keys[i * 2 + 1] ?? 0;
      if (high === 0 && low === 0) continue;
      this.remove(high, low, block.firstId + i);
      if (newest - block.tsMs < DEDUPE_WINDOW_MS) this.earlyEvictions++;
    }
  }

  private put(high: number, low: number, id: number): void {
    if (high === 0 && low === 0) return;
    if (this.used * 10 >= this.ids.length * 6) this.grow();
    const mask = this.ids.length - 1;
    let i = low & mask;
    while (this.high[i] !== 0 || this.low[i] !== 0) i = (i + 1) & mask;
    this.high[i] = high;
    this.low[i] = low;
    this.ids[i] = id;
    this.used++;
  }

  /** Backward-shift deletion: no tombstones, so probes stay short for ever. */
  private remove(high: number, low: number, id: number): void {
    const mask = this.ids.length - 1;
    let i = low & mask;
    for (; this.high[i] !== high || this.low[i] !== low || this.ids[i] !== id >>> 0; i = (i + 1) & mask) {
      if (this.high[i] === 0 && this.low[i] === 0) return;
    }
    for (let next = (i + 1) & mask; this.high[next] !== 0 || this.low[next] !== 0; next = (next + 1) & mask) {
      const home = (this.low[next] ?? 0) & mask;
      if (((next - home) & mask) < ((next - i) & mask)) continue;
      this.high[i] = this.high[next] ?? 0;
      this.low[i] = this.low[next] ?? 0;
      this.ids[i] = this.ids[next] ?? 0;
      i = next;
    }
    this.high[i] = 0;
    this.low[i] = 0;
    this.used--;
  }

  private allocate(slots: number): void {
    this.high = new Uint32Array(slots);
    this.low = new Uint32Array(slots);
    this.ids = new Uint32Array(slots);
    this.used = 0;
  }

  private grow(): void {
    const { high, low, ids } = this;
    this.allocate(ids.length * 2);
    for (let i = 0; i < ids.length; i++) this.put(high[i] ?? 0, low[i] ?? 0, ids[i] ?? 0);
  }
}

function firstIdOf(id: number): number {
  return id <= 0 ? 1 : id - ((id - 1) % DEDUPE_BLOCK);
}
