import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line of the record: a request and what WuKongIM v2.2.5 answered, or what was done before the next line. */
export interface Recorded {
  readonly id: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON that was sent; `raw` is text sent as it stands. */
  readonly body?: unknown;
  readonly raw?: string;
  readonly status: number;
  readonly answer?: unknown;
  readonly location?: string;
  readonly summary?: unknown;
  readonly died?: true;
}

export interface Setup {
  readonly setup?: string;
  readonly body?: unknown;
  readonly read?: {
    readonly uid: string;
    readonly channel_id: string;
    readonly channel_type: number;
    readonly message_seq: number;
  };
}

export type Line = Recorded | Setup;

const FOLDER = join(import.meta.dirname, '../fixtures/wukongim-v2.2.5');

export function readRecord(name: string): readonly Line[] {
  return readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseExact(line) as Line);
}

/** JSON in which a number beyond 2^53 becomes the text of its digits after `n:`, so that nothing is rounded. */
export function parseExact(text: string): unknown {
  return JSON.parse(text.replace(/(":|[[,])(\d{16,})(?=[,}\]])/g, '$1"n:$2"'));
}

/** `<G × 40000>` is that many bytes; `["m0","… m4999"]` and `<m × 5000>` are a list of uids. */
export function bodyOf(line: { readonly body?: unknown; readonly raw?: string }): string | undefined {
  if (line.raw !== undefined) return line.raw;
  if (line.body === undefined) return undefined;
  return JSON.stringify(line.body)
    .replace('["m0","… m4999"]', () => JSON.stringify(uids(5000)))
    .replace('"<m × 5000>"', () => JSON.stringify(uids(5000)))
    .replace(/"<base64 of x × (\d+)>"/, (_, count) => JSON.stringify(Buffer.alloc(Number(count), 'x').toString('base64')))
    .replace(/<(\w) × (\d+)>/, (_, letter: string, count) => letter.repeat(Number(count)))
    .replace(/"n:(\d+)"/g, '$1');
}

const uids = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

/** Texts of Go's decoder, which name Go types; ours say the same in other words. */
const GO = /^(数据格式有误！: )?(json: |EOF$|unexpected EOF$|invalid character |illegal base64 )/;
/** Rows whose keys come in the recorded order too. */
const IN_ORDER = /(^|\.)(messages|recents)\[\d+\]$|^\[\d+\]$/;

/** Compares an answer with the record: statuses and texts as they are, ids and times by their place. */
export class Comparer {
  readonly #ids = new Map<unknown, unknown>();
  readonly #startSeconds = Math.floor(Date.now() / 1000);

  /** Throws what differs. `extra` keys may stand beside the recorded ones of the outermost object and of `data`. */
  same(recorded: unknown, ours: unknown, extra: readonly string[] = []): void {
    this.#value(recorded, ours, '', extra);
  }

  #value(recorded: unknown, ours: unknown, at: string, extra: readonly string[]): void {
    // In every list the recorded server answers the lowest message without its header flags, whatever was sent.
    if (recorded === 0 && at.endsWith('.header.red_dot')) return assert.ok(ours === 0 || ours === 1, at);
    const key = /[^.[\]]*$/.exec(at.replace(/\[\d+\]$/, ''))?.[0] ?? '';
    if (key === 'message_id' || key === 'message_idstr') return this.#id(recorded, ours, at, key);
    if (key === 'timestamp') {
      assert.ok(
        Number.isInteger(ours) && Number(ours) >= this.#startSeconds && Number(ours) <= Date.now() / 1000,
        `${at} ${ours}`,
      );
      return;
    }
    if (key === 'version') return assert.match(String(ours), recorded === 0 ? /^0$/ : /^n:\d{19}$/, at);
    if (key === 'created_at' || key === 'updated_at') return assert.match(String(ours), /^20\d\d-\d\d-\d\dT[\d:.]+Z$/, at);
    if (key === 'id') return assert.ok(Number.isInteger(ours) || /^n:\d+$/.test(String(ours)), at);
    if (/client_msg_no$/.test(key) && /^f{26}/.test(String(recorded))) {
      assert.match(String(ours), /^[0-9a-f]{32}0$/, at);
      return this.#pair(recorded, ours, at);
    }
    if (key === 'msg' && typeof recorded === 'string' && GO.test(recorded)) {
      const start = recorded.startsWith('数据格式有误！: ') ? '数据格式有误！: ' : '';
      assert.ok(typeof ours === 'string' && ours.startsWith(start) && ours.length > start.length + 5, `${at} ${String(ours)}`);
      return;
    }
    if (Array.isArray(recorded)) {
      assert.ok(Array.isArray(ours), `${at} is no array: ${JSON.stringify(ours)}`);
      assert.equal(ours.length, recorded.length, `${at} has another length`);
      for (const [index, one] of recorded.entries()) this.#value(one, ours[index], `${at}[${index}]`, []);
      return;
    }
    if (typeof recorded === 'object' && recorded !== null) return this.#object(recorded, ours, at, extra);
    assert.deepEqual(ours, recorded, at);
  }

  #object(recorded: object, ours: unknown, at: string, extra: readonly string[]): void {
    assert.ok(typeof ours === 'object' && ours !== null, `${at} is no object: ${JSON.stringify(ours)}`);
    const wanted = Object.keys(recorded);
    const allowed = at === '' || at === '.data' ? extra : [];
    const got = Object.keys(ours).filter((key) => wanted.includes(key) || !allowed.includes(key));
    if (IN_ORDER.test(at)) assert.deepEqual(got, wanted, `keys of ${at}`);
    else assert.deepEqual([...got].sort(), [...wanted].sort(), `keys of ${at}`);
    const mine = new Map(Object.entries(ours));
    if (mine.has('message_id') && mine.has('message_idstr'))
      assert.equal(mine.get('message_idstr'), String(mine.get('message_id')).replace('n:', ''), `both ids of ${at}`);
    for (const [key, value] of Object.entries(recorded))
      this.#value(value, mine.get(key), `${at}.${key}`, key === 'data' ? extra : []);
  }

  /** A message keeps its id for the whole record, and both spellings name the same one. */
  #id(recorded: unknown, ours: unknown, at: string, key: string): void {
    if (key === 'message_id')
      assert.ok(typeof ours === 'number' || /^n:/.test(String(ours)), `${at} is no bare number: ${String(ours)}`);
    else assert.equal(typeof ours, 'string', `${at} is no text`);
    this.#pair(String(recorded).replace('n:', ''), String(ours).replace('n:', ''), at);
  }

  #pair(recorded: unknown, ours: unknown, at: string): void {
    const known = this.#ids.get(recorded);
    if (known === undefined) this.#ids.set(recorded, ours);
    else assert.equal(ours, known, `${at} is another one than before`);
  }
}
