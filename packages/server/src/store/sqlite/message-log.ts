import type { AppendResult } from '../../domain/model.ts';
import type { MessageLog } from '../../domain/ports.ts';
import { ok, type Outcome } from '../../kernel/outcome.ts';
import { packDrafts, unpackResults } from './batch-codec.ts';
import { attempt, type ThreadClient } from './client.ts';
import type { TailHint } from './log-queries.ts';
import type { ReaderCalls } from './reader.ts';
import { unpackMessages } from './page-codec.ts';
import { RecentTails } from './recent-tails.ts';
import type { WriterCalls } from './writer.ts';

/** The two threads of the store. */
export interface Threads {
  readonly writer: ThreadClient;
  readonly reader: ThreadClient;
  readonly now: () => number;
}

export interface MemberTail {
  readonly ch: number;
  readonly lastSeq: number;
  readonly lastId: number;
  readonly readSeq: number;
}

/**
 * The ends of all channels of a user. The newest stand in the writer's memory only, the others in the table: the writer is asked first, because what it has
 * written and forgotten by then the table shows afterwards.
 */
export async function tailsOf({ writer, reader }: Threads, u: number): Promise<MemberTail[]> {
  const channels = await reader.call<ReaderCalls, 'channelsOf'>('channelsOf', u);
  const overlay = await writer.call<WriterCalls, 'overlay'>('overlay', channels, u);
  const table = await reader.call<ReaderCalls, 'tailsOf'>('tailsOf', u);
  const newer = new Map<number, number>();
  for (let i = 0; i < overlay.length; i += 4) newer.set(overlay[i] ?? 0, i);
  const tails: MemberTail[] = [];
  for (let i = 0; i < table.length; i += 4) {
    const at = newer.get(table[i] ?? 0);
    const best = (k: number): number => Math.max(table[i + k] ?? 0, at === undefined ? 0 : (overlay[at + k] ?? 0));
    tails.push({ ch: table[i] ?? 0, lastSeq: best(1), lastId: best(2), readSeq: best(3) });
  }
  return tails;
}

/** The channel's end if the writer has it in memory; null = the table has it. */
async function askTail(writer: ThreadClient, ch: number): Promise<TailHint | null> {
  const overlay = await writer.call<WriterCalls, 'overlay'>('overlay', Float64Array.of(ch), 0);
  return overlay.length === 0 ? null : { ch, lastSeq: overlay[1] ?? 0, lastId: overlay[2] ?? 0 };
}

export function messageLog(threads: Threads): MessageLog {
  const { writer, reader, now } = threads;
  const recent = new RecentTails();
  return {
    async append(batch): Promise<Outcome<readonly AppendResult[]>> {
      if (batch.length === 0) return ok([]);
      const appended = await attempt(async () =>
        ok(unpackResults((await writer.append(packDrafts(batch), now())) as Float64Array)),
      );
      if (appended.ok) recent.note(batch, appended.value);
      else recent.clear();
      return appended;
    },
    lastId: () => writer.call<WriterCalls, 'lastId'>('lastId'),
    range: async (fromId, toId, limit) => unpackMessages(await reader.call<ReaderCalls, 'range'>('range', fromId, toId, limit)),
    byId: async (id) => unpackMessages(await reader.call<ReaderCalls, 'byIds'>('byIds', [id]))[0] ?? null,
    async history(query) {
      const newest = recent.of(query.ch) ?? (await askTail(writer, query.ch));
      const { page, more } = await reader.call<ReaderCalls, 'history'>('history', query, newest);
      return { messages: unpackMessages(page), more };
    },
    lastSeq: (ch) => writer.call<WriterCalls, 'lastSeq'>('lastSeq', ch),
    async feed(u, cursor, limit) {
      const tails = (await tailsOf(threads, u)).filter((t) => t.lastId > cursor);
      if (tails.length === 0) return [];
      const hints = Float64Array.from(tails.flatMap((t) => [t.ch, t.lastSeq, t.lastId]));
      return unpackMessages(await reader.call<ReaderCalls, 'feed'>('feed', u, cursor, limit, hints));
    },
  };
}
