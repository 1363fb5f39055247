import type { DatabaseSync } from 'node:sqlite';
import { hashKey, type HashSeed } from './half-sip.ts';
import { HashIndex } from './hash-index.ts';

const DEDUPE_BLOCK = 4096;
export const DEDUPE_WINDOW_MS = 24 * 3_600_000;

interface Block {
  readonly firstId: number;
  /** high, low of each id in turn; 0·0 = that message has no clientMsgNo. */
  readonly keys: Uint32Array<ArrayBuffer>;
  tsMs: number;
}

/**
 * (sender, channel, clientMsgNo) → id for the last 24 h or `maxMessages`, the smaller. Keys stand in an index, and once more in blocks of 4096 ids, saved once
 * full, so that a restart loads blobs, and so that the oldest block can be taken out again key by key.
 */
export class DedupeTable {
  readonly #index = new HashIndex();
  #blocks: Block[] = [];
  readonly #undo: number[] = [];
  #unsaved: Block[] = [];
  #blocksBefore = 0;
  #earlyEvictions = 0;
  readonly #maxBlocks: number;
  readonly #insertBlock;
  readonly #deleteBlocks;
  readonly seed: HashSeed;

  constructor(db: DatabaseSync, maxMessages: number, nowMs: number) {
    this.#maxBlocks = Math.max(2, Math.ceil(maxMessages / DEDUPE_BLOCK));
    this.#insertBlock = db.prepare('INSERT OR REPLACE INTO dedupe_block(first_id, ts, keys) VALUES(?,?,?)');
    this.#deleteBlocks = db.prepare('DELETE FROM dedupe_block WHERE first_id<?');
    const key = db.prepare("SELECT v FROM meta WHERE k='dedupe_key'").get()?.['v'];
    if (!(key instanceof Uint8Array) || key.length !== 8) throw new Error('meta.dedupe_key is missing');
    const view = new DataView(key.buffer, key.byteOffset, 8);
    this.seed = { k0: view.getUint32(0, true), k1: view.getUint32(4, true) };
    this.#load(db, nowMs);
  }

  #load(db: DatabaseSync, nowMs: number): void {
    const saved = db
      .prepare('SELECT first_id, ts, keys FROM dedupe_block WHERE ts>? ORDER BY first_id DESC LIMIT ?')
      .all(nowMs - DEDUPE_WINDOW_MS, this.#maxBlocks - 1);
    for (const row of saved.reverse()) {
      const blob = row['keys'];
      if (!(blob instanceof Uint8Array) || blob.length !== DEDUPE_BLOCK * 8) continue;
      const keys = new Uint32Array(new Uint8Array(blob).buffer);
      const firstId = Number(row['first_id']);
      this.#blocks.push({ firstId, keys, tsMs: Number(row['ts']) });
      for (let i = 0; i < DEDUPE_BLOCK; i++) {
        const [high = 0, low = 0] = [keys[i * 2], keys[i * 2 + 1]];
        if (high !== 0 || low !== 0) this.#index.insert(high, low, firstId + i);
      }
    }
    this.#loadUnsaved(db);
    this.#undo.length = 0;
    this.#blocksBefore = this.#blocks.length;
  }

  /** The newest block is not saved until it is full: its keys are hashed again from the rows. */
  #loadUnsaved(db: DatabaseSync): void {
    const last = Number(db.prepare('SELECT max(id) m FROM message').get()?.['m'] ?? 0);
    const lastSaved = db.prepare('SELECT max(first_id) m FROM dedupe_block').get()?.['m'];
    const afterSaved = lastSaved == null ? 1 : Number(lastSaved) + DEDUPE_BLOCK;
    const from = Math.max(afterSaved, firstIdOf(last - (this.#maxBlocks - 1) * DEDUPE_BLOCK));
    const rows = db.prepare(
      "SELECT id, ch, sender, client_msg_no, ts_ms FROM message WHERE id>=? AND client_msg_no<>'' ORDER BY id",
    );
    for (const row of rows.iterate(from)) {
      const no = Buffer.from(String(row['client_msg_no']));
      const { high, low } = hashKey(this.seed, Number(row['sender']), Number(row['ch']), no);
      this.insert(high, low, Number(row['id']), Number(row['ts_ms']));
    }
  }

  /** Calls `same` with each id that has this key until it says yes; answers that id, or 0. */
  find(high: number, low: number, lastId: number, same: (id: number) => boolean): number {
    let found = 0;
    this.#index.find(high, low, (idLow) => {
      // The window is far smaller than 2^32, so the last id gives the upper half back.
      const id = lastId - ((lastId - idLow) >>> 0);
      if (same(id)) found = id;
      return found !== 0;
    });
    return found;
  }

  insert(high: number, low: number, id: number, tsMs: number): void {
    const firstId = firstIdOf(id);
    let block = this.#blocks.at(-1);
    if (block === undefined || block.firstId !== firstId) {
      if (block !== undefined) this.#unsaved.push(block);
      block = { firstId, keys: new Uint32Array(DEDUPE_BLOCK * 2), tsMs };
      this.#blocks.push(block);
    }
    block.tsMs = tsMs;
    block.keys[(id - firstId) * 2] = high;
    block.keys[(id - firstId) * 2 + 1] = low;
    this.#index.insert(high, low, id);
    this.#undo.push(high, low, id);
  }

  /** Inside the batch's transaction: blocks that are full, and the end of those that fell out of the window. */
  write(): void {
    for (const block of this.#unsaved) this.#insertBlock.run(block.firstId, block.tsMs, new Uint8Array(block.keys.buffer));
    const oldest = this.#blocks[this.#blocks.length - this.#maxBlocks];
    if (this.#unsaved.length > 0 && oldest !== undefined) this.#deleteBlocks.run(oldest.firstId);
  }

  committed(): void {
    this.#undo.length = 0;
    this.#unsaved = [];
    while (this.#blocks.length > this.#maxBlocks) this.#evictOldest();
    this.#blocksBefore = this.#blocks.length;
  }

  rolledBack(): void {
    for (let i = 0; i < this.#undo.length; i += 3) {
      const [high = 0, low = 0, id = 0] = this.#undo.slice(i, i + 3);
      this.#index.remove(high, low, id);
      const block = this.#blocks.findLast((b) => b.firstId === firstIdOf(id));
      block?.keys.fill(0, (id - block.firstId) * 2, (id - block.firstId) * 2 + 2);
    }
    this.#undo.length = 0;
    this.#unsaved = [];
    this.#blocks.length = this.#blocksBefore;
  }

  stats(): { keys: number; earlyEvictions: number } {
    return { keys: this.#index.size, earlyEvictions: this.#earlyEvictions };
  }

  #evictOldest(): void {
    const block = this.#blocks.shift();
    if (block === undefined) return;
    const early = (this.#blocks.at(-1)?.tsMs ?? 0) - block.tsMs < DEDUPE_WINDOW_MS;
    for (let i = 0; i < DEDUPE_BLOCK; i++) {
      const [high = 0, low = 0] = [block.keys[i * 2], block.keys[i * 2 + 1]];
      if (high === 0 && low === 0) continue;
      this.#index.remove(high, low, block.firstId + i);
      if (early) this.#earlyEvictions++;
    }
  }
}

function firstIdOf(id: number): number {
  return id <= 0 ? 1 : id - ((id - 1) % DEDUPE_BLOCK);
}
