import type { AppendResult, Draft } from '../../domain/model.ts';
import { remember } from '../../kernel/remember.ts';
import type { TailHint } from './log-queries.ts';

const MAX_CHANNELS = 20_000;

/**
 * The ends of channels that were written to lately. All appends go through one place and are answered in order, so it knows them as well as the writer does, and a
 * page of such a channel need not wait for it. After an append that was not answered nothing is certain any more.
 */
export class RecentTails {
  readonly #tails = new Map<number, { readonly ch: number; lastSeq: number; lastId: number }>();

  of(ch: number): TailHint | null {
    return this.#tails.get(ch) ?? null;
  }

  note(batch: readonly Draft[], results: readonly AppendResult[]): void {
    for (const [index, { ch }] of batch.entries()) {
      const result = results[index];
      if (result?.status !== 'stored') continue;
      const tail = this.#tails.get(ch);
      if (tail === undefined) remember(this.#tails, ch, { ch, lastSeq: result.seq, lastId: result.id }, MAX_CHANNELS);
      else {
        tail.lastSeq = result.seq;
        tail.lastId = result.id;
      }
    }
  }

  clear(): void {
    this.#tails.clear();
  }
}
