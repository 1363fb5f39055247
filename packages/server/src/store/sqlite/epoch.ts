/** What an epoch takes from a tail. */
export interface Folded {
  readonly ch: number;
  readonly seq: number;
  readonly readers: ReadonlyMap<number, number> | null;
}

/** One row: user 0 is the channel's tail, any other the read position of a member that sent. */
type EachRow = (ch: number, user: number, seq: number) => unknown;

/**
 * A frozen set of tails, flattened to the rows it will change, in the order they come (by channel). Each batch writes a slice: at least two rows for each of its messages (which
 * may make two rows dirty again, so an epoch ends however busy the server is), never a whole group's senders at once.
 */
export class Epoch {
  /** The id at the freeze. */
  readonly lastId: number;
  /** ch, user, seq of each row. */
  readonly #rows: Float64Array;
  /** Rows of a slice, however small its batch. */
  readonly #minRows: number;
  #done = 0;
  #sliceEnd = 0;

  constructor(tails: Iterable<Folded>, lastId: number, minRows: number) {
    this.lastId = lastId;
    this.#minRows = minRows;
    const rows: number[] = [];
    for (const { ch, seq, readers } of tails) {
      rows.push(ch, 0, seq);
      if (readers !== null) for (const [user, read] of readers) rows.push(ch, user, read);
    }
    this.#rows = Float64Array.from(rows);
  }

  get rowsLeft(): number {
    return this.#rows.length / 3 - this.#done;
  }

  get isDone(): boolean {
    return this.rowsLeft === 0;
  }

  get sliceIsLast(): boolean {
    return this.#sliceEnd * 3 === this.#rows.length;
  }

  slice(batchSize: number, each: EachRow): void {
    this.#sliceEnd = Math.min(this.#rows.length / 3, this.#done + Math.max(this.#minRows, batchSize * 2));
    this.#walk(each);
  }

  sliceCommitted(each: EachRow): void {
    this.#walk(each);
    this.#done = this.#sliceEnd;
  }

  sliceRolledBack(): void {
    this.#sliceEnd = this.#done;
  }

  #walk(each: EachRow): void {
    for (let row = this.#done; row < this.#sliceEnd; row++) {
      each(this.#rows[row * 3] ?? 0, this.#rows[row * 3 + 1] ?? 0, this.#rows[row * 3 + 2] ?? 0);
    }
  }
}
