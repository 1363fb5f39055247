import { isJsonObject, type JsonObject } from '../json-object.ts';
import { parseCq } from './cq-code.ts';
import { toBoolean, toSegmentId } from './coerce.ts';

export type SegmentValue = string | number | boolean | null | object;
export type SegmentData = Readonly<Record<string, SegmentValue>>;

/** One part of a message. On reports `data` is always an object and ids in it are strings. */
export interface Segment {
  readonly type: string;
  readonly data: SegmentData;
}

export type MessageProblem = { readonly ok: false; readonly reason: string; readonly detail: string };
export type NormalisedMessage = { readonly ok: true; readonly segments: Segment[] } | MessageProblem;

/** Types a bot may send now. */
export const SENDABLE_TYPES: readonly string[] = ['text', 'at', 'reply', 'face', 'image'];

/** More than any client sends; keeps one call from filling the memory with tiny objects. */
export const MAX_SEGMENTS = 1000;

export interface NormaliseOptions {
  /** true: a message given as one string is one text, brackets and all. No effect on arrays. Same spellings as any boolean. */
  readonly autoEscape?: unknown;
}

/**
 * Brings the `message` of a call into one form: a CQ string, one segment object, or an array of segments and bare strings (each
 * read as a CQ string). Null parameters go, empty text goes, adjacent text is merged, ids of at, reply and face become strings.
 *
 * Reasons: `param_missing` (no message), `param_type`, `param_value`, `empty_message`, `too_many_segments`, and
 * `segment_unsupported:<type>`, whose detail lists the supported types. Never throws.
 */
export function normaliseMessage(input: unknown, options: NormaliseOptions = {}): NormalisedMessage {
  const autoEscape = toBoolean(options.autoEscape) ?? false;
  if (input === null || input === undefined) return problem('param_missing', 'message is missing');
  const items: unknown[] = Array.isArray(input) ? input : [input];
  if (items.length > MAX_SEGMENTS) return tooMany();
  const segments: Segment[] = [];
  for (const [index, item] of items.entries()) {
    const read = readItem(item, index, autoEscape && !Array.isArray(input));
    if (!read.ok) return read;
    for (const segment of read.segments) {
      const checked = checkSegment(segment, index);
      if (!checked.ok) return checked;
      segments.push(...checked.segments);
    }
    if (segments.length > MAX_SEGMENTS) return tooMany();
  }
  const merged = mergeText(segments);
  return merged.length === 0 ? problem('empty_message', 'the message has no content') : { ok: true, segments: merged };
}

/** Joins neighbouring text segments and drops empty ones. */
export function mergeText(segments: readonly Segment[]): Segment[] {
  const merged: Segment[] = [];
  let run: string[] = [];
  const flush = (): void => {
    const text = run.join('');
    if (text !== '') merged.push({ type: 'text', data: { text } });
    run = [];
  };
  for (const segment of segments) {
    if (segment.type === 'text') {
      run.push(String(segment.data['text'] ?? ''));
    } else {
      flush();
      merged.push(segment);
    }
  }
  flush();
  return merged;
}

function readItem(item: unknown, index: number, literal: boolean): NormalisedMessage {
  if (typeof item === 'string') {
    return { ok: true, segments: literal ? [{ type: 'text', data: { text: item } }] : parseCq(item) };
  }
  // A number arrives where a client sends `message: 123`; people mean its digits.
  if (typeof item === 'number') return { ok: true, segments: [{ type: 'text', data: { text: String(item) } }] };
  if (!isJsonObject(item)) return problem('param_type', `message[${index}] must be a segment object or a string`);
  const type = item['type'];
  if (typeof type !== 'string' || type === '') return problem('param_type', `message[${index}].type must be a string`);
  const data = item['data'] ?? {};
  if (!isJsonObject(data)) return problem('param_type', `message[${index}].data must be an object`);
  return { ok: true, segments: [{ type, data: presentValues(data) }] };
}

/** Keeps JSON values that say something: null and undefined are the same as absent. */
export function presentValues(data: JsonObject): SegmentData {
  const entries: [string, SegmentValue][] = [];
  for (const [key, value] of Object.entries(data)) {
    const type = typeof value;
    if (value === null || value === undefined) continue;
    if (type === 'string' || type === 'number' || type === 'boolean' || type === 'object') entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

function checkSegment(segment: Segment, index: number): NormalisedMessage {
  const { type, data } = segment;
  if (!SENDABLE_TYPES.includes(type)) {
    return problem(
      `segment_unsupported:${type.slice(0, 64)}`,
      `message[${index}]: supported segment types are ${SENDABLE_TYPES.join(', ')}`,
    );
  }
  if (type === 'text') {
    const text = data['text'] ?? '';
    if (typeof text === 'object') return problem('param_type', `message[${index}].data.text must be a string`);
    return { ok: true, segments: [{ type, data: { text: String(text) } }] };
  }
  const idKey = type === 'at' ? 'qq' : type === 'reply' || type === 'face' ? 'id' : null;
  if (idKey !== null) {
    const value = data[idKey];
    if (value === undefined) return problem('param_missing', `message[${index}].data.${idKey} is missing`);
    const id = type === 'at' && value === 'all' ? 'all' : toSegmentId(value);
    if (id === null) return problem('param_value', `message[${index}].data.${idKey} is not an id`);
    return { ok: true, segments: [{ type, data: { ...data, [idKey]: id } }] };
  }
  if (type === 'image' && !isWord(data['file']) && !isWord(data['url'])) {
    return problem('param_missing', `message[${index}].data.file is missing`);
  }
  return { ok: true, segments: [segment] };
}

function isWord(value: SegmentValue | undefined): boolean {
  return typeof value === 'string' && value !== '';
}

function problem(reason: string, detail: string): MessageProblem {
  return { ok: false, reason, detail };
}

function tooMany(): MessageProblem {
  return problem('too_many_segments', `a message has at most ${MAX_SEGMENTS} segments`);
}
