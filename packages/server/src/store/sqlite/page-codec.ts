import type { SQLOutputValue } from 'node:sqlite';
import type { Message } from '../../domain/model.ts';

/**
 * Messages on their way from the reading thread. SQLite itself writes all heads as one JSON text and joins all payloads to one array: making ten values of
 * each row costs twice the time of finding it.
 */
export interface PackedPage {
  /** JSON: a list of {@link Head}, in the order of the payloads. */
  readonly heads: string;
  readonly payloads: Uint8Array;
}

type Head = readonly [
  id: number,
  ch: number,
  seq: number,
  sender: number,
  clientMsgNo: string,
  flags: number,
  tsMs: number,
  expireSeconds: number,
  topic: string,
  payloadBytes: number,
];

/** What to select from messages `m`: one row for all of them. Joining payloads as text keeps their bytes, SQLite looks at none of them. */
export const PACKED = `json_group_array(json_array(m.id, m.ch, m.seq, m.sender, m.client_msg_no, m.flags, m.ts_ms, m.expire, m.topic, length(m.payload))),
  CAST(group_concat(CAST(m.payload AS TEXT), '') AS BLOB)`;

export const EMPTY_PAGE: PackedPage = { heads: '[]', payloads: new Uint8Array(0) };

/** The row of a {@link PACKED} query, as an array. */
export function packedPage(row: Readonly<Record<number, SQLOutputValue>> | undefined): PackedPage {
  const heads = row?.[0];
  const payloads = row?.[1];
  return typeof heads === 'string' && payloads instanceof Uint8Array ? { heads, payloads } : EMPTY_PAGE;
}

/** Ascending by id, which within a channel is ascending by seq, in whatever order they were read. */
export function unpackMessages({ heads, payloads }: PackedPage): Message[] {
  const messages: Message[] = [];
  let at = 0;
  for (const head of JSON.parse(heads) as readonly Head[]) {
    const [id, ch, seq, sender, clientMsgNo, flags, tsMs, expireSeconds, topic, payloadBytes] = head;
    const payload = payloads.subarray(at, (at += payloadBytes));
    messages.push({ id, ch, seq, sender, clientMsgNo, flags, tsMs, expireSeconds, topic, payload });
  }
  return messages.sort((a, b) => a.id - b.id);
}
