import { isJsonObject } from '../json-object.ts';
import { toNaturalInt } from './coerce.ts';
import { ALL_TEXTS, MAX_ENTITIES, MAX_MENTIONS } from './payload.ts';
import type { Segment } from './segments.ts';

/** A segment and the stretch of text that it stands for. */
export interface Mark {
  readonly offset: number;
  readonly length: number;
  readonly segment: Segment;
}

interface Names {
  numericOf(uid: string): number | undefined;
  nameOf(uid: string): string | undefined;
}

/**
 * Finds where the mentioned accounts stand in the text: first where `entities` say so, then by `@<name>`, longer names first, whole
 * words before parts of words. Only who is in `mention` is an at; accounts without a number stay text. Found stretches are marked
 * in `taken`; mentions that stand nowhere are returned apart, for the bot is addressed all the same.
 */
export function locateMentions(
  text: string,
  mention: unknown,
  entities: unknown,
  names: Names,
  taken: Uint8Array,
): { marks: Mark[]; unplaced: Segment[] } {
  const marks: Mark[] = [];
  const unplaced: Segment[] = [];
  if (!isJsonObject(mention)) return { marks, unplaced };
  const everybody = mention['all'] === true || mention['all'] === 1;
  const targets = mentioned(mention['uids'], names);
  const place = (offset: number, length: number, segment: Segment): void => {
    taken.fill(1, offset, offset + length);
    marks.push({ offset, length, segment });
  };

  const placed = new Set<string>();
  for (const entity of Array.isArray(entities) ? (entities.slice(0, MAX_ENTITIES) as unknown[]) : []) {
    if (!isJsonObject(entity) || entity['type'] !== 'mention' || typeof entity['value'] !== 'string') continue;
    const value = entity['value'];
    const offset = toNaturalInt(entity['offset'], text.length);
    const length = toNaturalInt(entity['length'], text.length);
    if (offset === null || length === null || length < 2 || offset + length > text.length || text[offset] !== '@') continue;
    const target = targets.get(value);
    if (target === undefined && !(value === 'all' && everybody)) continue;
    if (taken.subarray(offset, offset + length).includes(1)) continue;
    place(offset, length, target?.segment ?? allSegment());
    placed.add(value);
  }

  const open = [...targets].filter(([uid]) => !placed.has(uid)).map(([, target]) => target);
  open.sort((a, b) => b.shown.length - a.shown.length);
  const missing = new Set<Segment>();
  for (const { shown, segment } of open) {
    const offset = findFree(text, shown, taken);
    if (offset < 0) missing.add(segment);
    else place(offset, shown.length, segment);
  }
  for (const { segment } of targets.values()) if (missing.has(segment)) unplaced.push(segment);

  if (everybody && (targets.has('all') || !placed.has('all'))) {
    const shown = ALL_TEXTS.find((candidate) => findFree(text, candidate, taken) >= 0);
    if (shown === undefined) unplaced.push(allSegment());
    else place(findFree(text, shown, taken), shown.length, allSegment());
  }
  return { marks, unplaced };
}

function mentioned(uids: unknown, names: Names): Map<string, { shown: string; segment: Segment }> {
  const targets = new Map<string, { shown: string; segment: Segment }>();
  if (!Array.isArray(uids)) return targets;
  for (const uid of uids.slice(0, MAX_MENTIONS) as unknown[]) {
    if (typeof uid !== 'string' || targets.has(uid)) continue;
    const numericId = names.numericOf(uid);
    if (numericId === undefined) continue;
    const name = names.nameOf(uid) ?? uid;
    targets.set(uid, { shown: `@${name}`, segment: { type: 'at', data: { qq: String(numericId), name } } });
  }
  return targets;
}

/** First stretch equal to `shown` that nothing else has; one that ends a word is better than one inside a longer word. */
function findFree(text: string, shown: string, taken: Uint8Array): number {
  let fallback = -1;
  if (shown.length < 2) return -1;
  for (let at = text.indexOf(shown); at >= 0; at = text.indexOf(shown, at + 1)) {
    const end = at + shown.length;
    if (taken.subarray(at, end).includes(1)) continue;
    if (!/^[\p{L}\p{N}_]/u.test(text.slice(end, end + 2))) return at;
    if (fallback < 0) fallback = at;
  }
  return fallback;
}

function allSegment(): Segment {
  return { type: 'at', data: { qq: 'all' } };
}
