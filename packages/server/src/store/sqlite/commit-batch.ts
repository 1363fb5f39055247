import type { DatabaseSync } from 'node:sqlite';
import { CONFLICT, DUPLICATE, RECORD_HEAD, STORED } from './batch-codec.ts';
import { DEDUPE_WINDOW_MS, type DedupeTable } from './dedupe.ts';
import { hashKey } from './half-sip.ts';
import type { Tails } from './tails.ts';

/** The append path: one packed batch, one transaction, one sync; a failed batch leaves neither rows nor memory behind. */
export class BatchCommitter {
  lastId: number;
  readonly #db: DatabaseSync;
  readonly #tails: Tails;
  readonly #dedupe: DedupeTable;
  readonly #insertMessage;
  readonly #insertBlock;
  readonly #insertParty;
  readonly #selectStored;
  readonly #begin;
  readonly #commit;

  constructor(db: DatabaseSync, tails: Tails, dedupe: DedupeTable) {
    this.#db = db;
    this.#tails = tails;
    this.#dedupe = dedupe;
    this.lastId = Number(db.prepare('SELECT max(id) m FROM message').get()?.['m'] ?? 0);
    this.#insertMessage = db.prepare('INSERT INTO message VALUES(?,?,?,?,?,?,?,?,?,?,?)');
    this.#insertBlock = db.prepare('INSERT INTO channel_block VALUES(?,?,?)');
    this.#insertParty = db.prepare('INSERT OR IGNORE INTO membership(ch, user, joined_ms) VALUES(?,?,?)');
    this.#selectStored = db.prepare('SELECT ch, seq, sender, client_msg_no, ts_ms, payload FROM message WHERE id=?');
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
  }

  /** Throws what SQLite threw after everything is as it was before. */
  commitBatch(packed: Uint8Array, nowMs: number): Float64Array<ArrayBuffer> {
    const before = this.lastId;
    try {
      this.#begin.run();
      const results = this.#store(Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength), nowMs);
      this.#dedupe.write();
      this.#tails.writeSlice(results.length / 4);
      this.#commit.run();
      this.#dedupe.committed();
      this.#tails.committed(this.lastId, nowMs);
      return results;
    } catch (error) {
      // SQLite itself rolls back after some faults of the disk.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.lastId = before;
      this.#dedupe.rolledBack();
      this.#tails.rolledBack();
      throw error;
    }
  }

  #store(data: Buffer, nowMs: number): Float64Array<ArrayBuffer> {
    const count = data.readUInt32LE(0);
    const results = new Float64Array(count * 4);
    let at = 4;
    for (let i = 0; i < count; i++) {
      const noStart = at + RECORD_HEAD;
      const topicStart = noStart + data.readUInt32LE(at + 32);
      const payloadStart = topicStart + data.readUInt32LE(at + 36);
      const end = payloadStart + data.readUInt32LE(at + 40);
      const ch = data.readUInt32LE(at + 8);
      const sender = data.readUInt32LE(at + 12);
      const tsMs = data.readDoubleLE(at);
      const payload = data.subarray(payloadStart, end);
      const clientMsgNo = data.toString('utf8', noStart, topicStart);
      let high = 0;
      let low = 0;
      if (clientMsgNo !== '') {
        ({ high, low } = hashKey(this.#dedupe.seed, sender, ch, data, noStart, topicStart));
        if (this.#answerDuplicate({ high, low, ch, sender, clientMsgNo, payload, nowMs }, results, i * 4)) {
          at = end;
          continue;
        }
      }
      const tail = this.#tails.of(ch);
      const id = this.lastId + 1;
      const seq = tail.seq + 1;
      const topic = topicStart === payloadStart ? '' : data.toString('utf8', topicStart, payloadStart);
      this.#insertMessage.run(
        id,
        ch,
        seq,
        tail.id,
        sender,
        clientMsgNo,
        data.readUInt32LE(at + 16),
        tsMs,
        data.readUInt32LE(at + 20),
        topic,
        payload,
      );
      if ((seq & 31) === 1) this.#insertBlock.run(ch, (seq - 1) >>> 5, id);
      if (seq === 1 && data.readUInt32LE(at + 24) !== 0) {
        this.#insertParty.run(ch, data.readUInt32LE(at + 24), tsMs);
        this.#insertParty.run(ch, data.readUInt32LE(at + 28), tsMs);
      }
      this.#tails.advance(tail, id, sender);
      this.lastId = id;
      if (clientMsgNo !== '') this.#dedupe.insert(high, low, id, tsMs);
      results[i * 4] = STORED;
      results[i * 4 + 1] = id;
      results[i * 4 + 2] = seq;
      results[i * 4 + 3] = tsMs;
      at = end;
    }
    return results;
  }

  /** A hit of the hash counts only when the stored row has the same key and is young enough. */
  #answerDuplicate(key: DuplicateKey, results: Float64Array, slot: number): boolean {
    let status = CONFLICT;
    const found = this.#dedupe.find(key.high, key.low, this.lastId, (id) => {
      const row = this.#selectStored.get(id);
      if (row === undefined || row['ch'] !== key.ch || row['sender'] !== key.sender || row['client_msg_no'] !== key.clientMsgNo)
        return false;
      if (Number(row['ts_ms']) <= key.nowMs - DEDUPE_WINDOW_MS) return false;
      if (row['payload'] instanceof Uint8Array && key.payload.equals(row['payload'])) status = DUPLICATE;
      results[slot + 2] = Number(row['seq']);
      results[slot + 3] = Number(row['ts_ms']);
      return true;
    });
    if (found === 0) return false;
    results[slot] = status;
    results[slot + 1] = found;
    return true;
  }
}

interface DuplicateKey {
  readonly high: number;
  readonly low: number;
  readonly ch: number;
  readonly sender: number;
  readonly clientMsgNo: string;
  readonly payload: Buffer;
  readonly nowMs: number;
}
