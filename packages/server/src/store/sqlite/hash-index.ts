/** Slots of a table; 0·0 = empty. */
interface Slots {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly ids: Uint32Array;
}

const FIRST_SLOTS = 8192;
/** While it grows, each insertion moves this many slots: the old table is empty long before the new one is full. */
const MOVED_PER_INSERT = 8;
/** What is taken out of a table that is being moved; as a hash it would never be found, which costs one duplicate in 2^64. */
const GONE = 0xffffffff;

/**
 * 64-bit hash → ids, open addressing with linear probing in three flat arrays: 12 bytes a slot, at most 60 % full. It doubles a little with each insertion, because
 * moving two million entries at once would stop every sender for a tenth of a second. Only the lower 32 bits of an id are kept.
 */
export class HashIndex {
  #now = slotsFor(FIRST_SLOTS);
  #used = 0;
  /** The smaller table whose entries are on their way, and how many of its slots are done. Done ones may still be there: found twice does no harm. */
  #old: Slots | null = null;
  #moved = 0;

  get size(): number {
    return this.#used;
  }

  /** Calls `same` with the lower half of each id that has this hash until it says yes. */
  find(high: number, low: number, same: (idLow: number) => boolean): boolean {
    return findIn(this.#now, high, low, same) || (this.#old !== null && findIn(this.#old, high, low, same));
  }

  insert(high: number, low: number, id: number): void {
    if (this.#used * 10 >= this.#now.ids.length * 6) this.#grow();
    put(this.#now, high, low, id >>> 0);
    this.#used += 1;
    if (this.#old !== null) this.#moveSome(this.#old);
  }

  remove(high: number, low: number, id: number): void {
    const removed = take(this.#now, high, low, id >>> 0);
    const left = this.#old !== null && cross(this.#old, high, low, id >>> 0, this.#moved);
    if (removed || left) this.#used -= 1;
  }

  #grow(): void {
    if (this.#old !== null) this.#moveSome(this.#old, Number.MAX_SAFE_INTEGER);
    this.#old = this.#now;
    this.#moved = 0;
    this.#now = slotsFor(this.#old.ids.length * 2);
  }

  #moveSome(old: Slots, count = MOVED_PER_INSERT): void {
    const end = Math.min(old.ids.length, this.#moved + count);
    for (; this.#moved < end; this.#moved++) {
      const high = old.high[this.#moved] ?? 0;
      const low = old.low[this.#moved] ?? 0;
      if ((high !== 0 || low !== 0) && !(high === GONE && low === GONE)) put(this.#now, high, low, old.ids[this.#moved] ?? 0);
    }
    if (this.#moved === old.ids.length) this.#old = null;
  }
}

function slotsFor(count: number): Slots {
  return { high: new Uint32Array(count), low: new Uint32Array(count), ids: new Uint32Array(count) };
}

function put({ high, low, ids }: Slots, keyHigh: number, keyLow: number, id: number): void {
  const mask = ids.length - 1;
  let i = keyLow & mask;
  while (high[i] !== 0 || low[i] !== 0) i = (i + 1) & mask;
  high[i] = keyHigh;
  low[i] = keyLow;
  ids[i] = id;
}

function findIn({ high, low, ids }: Slots, keyHigh: number, keyLow: number, same: (idLow: number) => boolean): boolean {
  const mask = ids.length - 1;
  for (let i = keyLow & mask; high[i] !== 0 || low[i] !== 0; i = (i + 1) & mask) {
    if (high[i] === keyHigh && low[i] === keyLow && same(ids[i] ?? 0)) return true;
  }
  return false;
}

/** The slot of exactly this entry, −1 when it is not there. */
function slotOf({ high, low, ids }: Slots, keyHigh: number, keyLow: number, id: number): number {
  const mask = ids.length - 1;
  for (let i = keyLow & mask; high[i] !== 0 || low[i] !== 0; i = (i + 1) & mask) {
    if (high[i] === keyHigh && low[i] === keyLow && ids[i] === id) return i;
  }
  return -1;
}

/** Backward-shift deletion: no tombstones, so probes stay short for ever. */
function take(slots: Slots, keyHigh: number, keyLow: number, id: number): boolean {
  const { high, low, ids } = slots;
  const mask = ids.length - 1;
  let i = slotOf(slots, keyHigh, keyLow, id);
  if (i < 0) return false;
  for (let next = (i + 1) & mask; high[next] !== 0 || low[next] !== 0; next = (next + 1) & mask) {
    const home = (low[next] ?? 0) & mask;
    if (((next - home) & mask) < ((next - i) & mask)) continue;
    high[i] = high[next] ?? 0;
    low[i] = low[next] ?? 0;
    ids[i] = ids[next] ?? 0;
    i = next;
  }
  high[i] = 0;
  low[i] = 0;
  return true;
}

/** Crosses an entry out where it stands, since what is being moved must not shift; true when it had not been moved yet. */
function cross(slots: Slots, keyHigh: number, keyLow: number, id: number, moved: number): boolean {
  const i = slotOf(slots, keyHigh, keyLow, id);
  if (i < 0) return false;
  slots.high[i] = GONE;
  slots.low[i] = GONE;
  return i >= moved;
}
