import type { Segment, SegmentData, SegmentValue } from './segments.ts';

/** Letters of a CQ type or key. Anything else makes the bracket plain text, and is never written. */
const WORD = /^[A-Za-z0-9_.-]+$/;

/** Escapes text outside of codes. */
function escapeCqText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('[', '&#91;').replaceAll(']', '&#93;');
}

/** Escapes a parameter's value: as text, and the comma. */
function escapeCqValue(value: string): string {
  return escapeCqText(value).replaceAll(',', '&#44;');
}

/** `&#44;` stays as it is in text: only values escape the comma. `&amp;` comes last, so that an escaped escape survives. */
function unescapeCqText(text: string): string {
  return text.replaceAll('&#91;', '[').replaceAll('&#93;', ']').replaceAll('&amp;', '&');
}

function unescapeCqValue(value: string): string {
  return value.replaceAll('&#91;', '[').replaceAll('&#93;', ']').replaceAll('&#44;', ',').replaceAll('&amp;', '&');
}

/**
 * Reads a CQ string. Never throws: a `[CQ:` that is no code is text. Adjacent text is one segment, empty text none.
 * Types and keys are kept as written; whether a type is known is the caller's question. Linear in the text's length.
 */
export function parseCq(text: string): Segment[] {
  const segments: Segment[] = [];
  const bracket = /[[\]]/g;
  let textStart = 0;
  let from = 0;
  const flush = (end: number): void => {
    if (end > textStart) segments.push({ type: 'text', data: { text: unescapeCqText(text.slice(textStart, end)) } });
  };
  for (;;) {
    const start = text.indexOf('[CQ:', from);
    if (start < 0) break;
    bracket.lastIndex = start + 4;
    const next = bracket.exec(text);
    if (next === null) break;
    const segment = next[0] === ']' ? parseBody(text.slice(start + 4, next.index)) : null;
    if (segment === null) {
      from = next.index;
      continue;
    }
    flush(start);
    segments.push(segment);
    from = next.index + 1;
    textStart = from;
  }
  flush(text.length);
  return segments;
}

function parseBody(body: string): Segment | null {
  const [type = '', ...pairs] = body.split(',');
  if (!WORD.test(type)) return null;
  const entries: [string, SegmentValue][] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 0) return null;
    const key = pair.slice(0, equals);
    if (!WORD.test(key)) return null;
    entries.push([key, unescapeCqValue(pair.slice(equals + 1))]);
  }
  // fromEntries defines own properties, so a key named __proto__ is a key like any other.
  return { type, data: Object.fromEntries(entries) };
}

/**
 * Writes segments as a CQ string, parameters in the order of `data`. Objects are written as JSON; null parameters, the `content`
 * of a `node`, and types or keys that the grammar cannot carry are left out.
 */
export function toCqString(segments: readonly Segment[]): string {
  let out = '';
  for (const { type, data } of segments) {
    if (type === 'text') out += escapeCqText(cqValue(data['text']) ?? '');
    else if (WORD.test(type)) out += `[CQ:${type}${cqParameters(type, data)}]`;
  }
  return out;
}

function cqParameters(type: string, data: SegmentData): string {
  let out = '';
  for (const [key, value] of Object.entries(data)) {
    if (!WORD.test(key) || (type === 'node' && key === 'content')) continue;
    const written = cqValue(value);
    if (written !== null) out += `,${key}=${escapeCqValue(written)}`;
  }
  return out;
}

function cqValue(value: SegmentValue | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return String(value);
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    return null; // nested deeper than the stack, or a cycle
  }
}
