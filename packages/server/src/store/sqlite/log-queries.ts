import type { HistoryQuery } from '../../domain/ports.ts';
import { EMPTY_PAGE, PACKED, packedPage, type PackedPage } from './page-codec.ts';
import type { Statements } from './statements.ts';

export interface TailHint {
  readonly ch: number;
  readonly lastSeq: number;
  readonly lastId: number;
}

const MAX_PAGE = 10_000;
const WALK = `WITH RECURSIVE w(id, seq, prev, sender) AS (
  SELECT id, seq, prev, sender FROM message WHERE id=?1
  UNION ALL SELECT m.id, m.seq, m.prev, m.sender FROM w JOIN message m ON m.id=w.prev WHERE w.seq>?2)`;

const PAGE = `${WALK} SELECT ${PACKED}, count(*) FROM w JOIN message m ON m.id=w.id WHERE w.seq BETWEEN ?2 AND ?3`;
const RANGE = `SELECT ${PACKED} FROM (SELECT * FROM message WHERE id>? AND id<=? ORDER BY id LIMIT ?) m`;
const BY_IDS = `SELECT ${PACKED} FROM json_each(?) j JOIN message m ON m.id=j.value`;

export function logQueries(sql: Statements) {
  const blockStart = (ch: number, block: number): number =>
    Number(sql('SELECT first_id FROM channel_block WHERE ch=? AND block=?').get(ch, block)?.['first_id'] ?? 0);

  /** Where a walk back to `seq` begins: the first message of the next block, or the tail. */
  const anchorOf = (tail: TailHint, seq: number): number => blockStart(tail.ch, ((seq - 1) >>> 5) + 1) || tail.lastId;

  /** `newest` is the tail in the writer's memory; null = it has none, the table's is the newest. */
  function history(query: HistoryQuery, newest: TailHint | null): { page: PackedPage; more: boolean } {
    const hint = newest ?? tableTail(query.ch);
    const limit = Math.min(Math.max(query.limit, 0), MAX_PAGE);
    const { startSeq: start, endSeq: end } = query;
    const fromEnd = start === 0 && end === 0;
    const up = !fromEnd && query.pullMode === 1;
    let low: number;
    let high: number;
    if (up) {
      low = Math.max(start, 1);
      high = Math.min(low + limit - 1, end === 0 ? hint.lastSeq : Math.min(end - 1, hint.lastSeq));
    } else {
      high = fromEnd ? hint.lastSeq : Math.min(start, hint.lastSeq);
      low = Math.max(high - limit + 1, fromEnd ? 1 : end + 1, 1);
    }
    if (limit === 0 || high < low) return { page: EMPTY_PAGE, more: false };
    const row = sql(PAGE, 'arrays').get(anchorOf(hint, high), low, high);
    const boundHit = end > 0 && (up ? high >= end - 1 : low <= end + 1);
    return { page: packedPage(row), more: Number(row?.[2]) >= limit && !boundHit };
  }

  /** Ids (not payloads) of one channel after a cursor, ascending, block by block. */
  function* idsAfter(tail: TailHint, cursor: number, joinedSeq: number, user: number): Generator<number> {
    let low = 0;
    let high = (tail.lastSeq - 1) >>> 5;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (blockStart(tail.ch, middle) <= cursor) low = middle;
      else high = middle - 1;
    }
    for (let block = Math.max(low, joinedSeq >>> 5); block <= (tail.lastSeq - 1) >>> 5; block++) {
      const from = block * 32 + 1;
      const to = Math.min(from + 31, tail.lastSeq);
      const rows = sql(`${WALK} SELECT id, seq, sender FROM w WHERE seq BETWEEN ?2 AND ?3 ORDER BY seq`).all(
        anchorOf(tail, to),
        from,
        to,
      );
      for (const row of rows) {
        if (Number(row['id']) > cursor && Number(row['seq']) > joinedSeq && row['sender'] !== user) yield Number(row['id']);
      }
    }
  }

  /** `hints`: [ch, lastSeq, lastId, …] of the user's channels, already the newer of table and writer. */
  function feed(u: number, cursor: number, limit: number, hints: Float64Array): PackedPage {
    const heads: { id: number; rest: Generator<number> }[] = [];
    for (let i = 0; i + 2 < hints.length; i += 3) {
      const tail = { ch: hints[i] ?? 0, lastSeq: hints[i + 1] ?? 0, lastId: hints[i + 2] ?? 0 };
      if (tail.lastId <= cursor) continue;
      const joined = Number(sql('SELECT joined_seq FROM membership WHERE ch=? AND user=?').get(tail.ch, u)?.['joined_seq'] ?? 0);
      const rest = idsAfter(tail, cursor, joined, u);
      const first = rest.next();
      if (first.done !== true) heads.push({ id: first.value, rest });
    }
    const ids: number[] = [];
    while (heads.length > 0 && ids.length < Math.min(limit, MAX_PAGE)) {
      let least = 0;
      for (let i = 1; i < heads.length; i++) if ((heads[i]?.id ?? 0) < (heads[least]?.id ?? 0)) least = i;
      const head = heads[least];
      if (head === undefined) break;
      ids.push(head.id);
      const next = head.rest.next();
      if (next.done === true) heads.splice(least, 1);
      else head.id = next.value;
    }
    return byIds(ids);
  }

  const byIds = (ids: readonly number[]): PackedPage => packedPage(sql(BY_IDS, 'arrays').get(JSON.stringify(ids)));

  function tableTail(ch: number): TailHint {
    const row = sql('SELECT last_seq, last_id FROM channel_tail WHERE ch=?').get(ch);
    return { ch, lastSeq: Number(row?.['last_seq'] ?? 0), lastId: Number(row?.['last_id'] ?? 0) };
  }

  function channelsOf(u: number): Float64Array {
    return Float64Array.from(sql('SELECT ch FROM membership WHERE user=?').all(u), (row) => Number(row['ch']));
  }

  function tailsOf(u: number): Float64Array {
    const rows = sql(
      'SELECT m.ch, m.read_seq, t.last_seq, t.last_id FROM membership m LEFT JOIN channel_tail t ON t.ch=m.ch WHERE m.user=?',
    ).all(u);
    return Float64Array.from(
      rows.flatMap((r) => [Number(r['ch']), Number(r['last_seq'] ?? 0), Number(r['last_id'] ?? 0), Number(r['read_seq'])]),
    );
  }

  return {
    history,
    feed,
    channelsOf,
    tailsOf,
    range: (fromId: number, toId: number, limit: number): PackedPage =>
      packedPage(sql(RANGE, 'arrays').get(fromId, toId, Math.min(limit, MAX_PAGE))),
    byIds,
  };
}
