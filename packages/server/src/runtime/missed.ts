import type { Message } from '../domain/model.ts';
import type { MessageLog } from '../domain/ports.ts';

/** The greatest id in [fromId, toId] with nothing younger than `sinceMs` at or before it: ids and times rise together, so it is a bisection. */
export async function lastIdBefore(
  log: Pick<MessageLog, 'range'>,
  { fromId, toId, sinceMs }: { readonly fromId: number; readonly toId: number; readonly sinceMs: number },
): Promise<number> {
  let low = fromId;
  let high = toId;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [next] = await log.range(middle, toId, 1);
    if (next === undefined || next.tsMs >= sinceMs) high = middle;
    else low = Math.max(next.id, middle + 1);
  }
  return low;
}

/** The last `limit` of both lists together, in order. */
export function newest(older: Message[], younger: readonly Message[], limit: number): Message[] {
  const both = older.concat(younger);
  return both.length > limit ? both.slice(-limit) : both;
}
