import { isJsonObject, type JsonObject } from '../json-object.ts';
import { toMessageId, toNaturalInt } from './coerce.ts';
import { faceText } from './faces.ts';
import { locateMentions, type Mark } from './mentions.ts';
import { MAX_ENTITIES, MAX_PARTS } from './payload.ts';
import { mergeText, type Segment } from './segments.ts';

/** What a payload refers to, as the bot knows it. */
export interface ReportResolvers {
  /** OneBot user id of an account; undefined = no such account. */
  numericOf(uid: string): number | undefined;
  nameOf(uid: string): string | undefined;
  /** `file` (a lasting handle) and `url` (absolute, readable by the bot) of a stored image's address. */
  imageOf(url: string): { readonly file: string; readonly url: string } | undefined;
}

/** Names for content that has no segment yet, by payload type. */
const LABELS: Readonly<Record<number, string>> = {
  4: '[语音]',
  5: '[视频]',
  6: '[位置]',
  7: '[名片]',
  8: '[文件]',
  11: '[合并转发]',
  12: '[表情]',
};

/**
 * A stored payload → segments: reply first, then ats whose place in the text is unknown, then the content in order. Never throws
 * and never empty: what is not understood becomes a text that says so.
 */
export function payloadToSegments(payload: Uint8Array | string, resolvers: ReportResolvers): Segment[] {
  const text = typeof payload === 'string' ? payload : new TextDecoder().decode(payload);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Control and replacement characters mean that this was no text.
    const binary = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/.test(text);
    return [textSegment(text === '' ? '[空消息]' : binary ? `[二进制消息 ${payload.length} 字节]` : text)];
  }
  return contentToSegments(content, resolvers);
}

/** As {@link payloadToSegments}, for a payload that is parsed already. */
export function contentToSegments(content: unknown, resolvers: ReportResolvers): Segment[] {
  if (!isJsonObject(content)) {
    const plain = typeof content === 'string' || typeof content === 'number' || typeof content === 'boolean';
    return [textSegment(plain && content !== '' ? String(content) : '[未知消息]')];
  }
  const segments = [...replySegments(content['reply']), ...bodySegments(content, resolvers)];
  const merged = mergeText(segments);
  return merged.some((segment) => segment.type !== 'reply') ? merged : [...merged, textSegment('[空消息]')];
}

function bodySegments(content: JsonObject, resolvers: ReportResolvers): Segment[] {
  const type = content['type'];
  const text = content['content'];
  if (type === 2 || type === 3) {
    const parts = imageMarks(content['parts'], '', resolvers).map((mark) => mark.segment);
    if (parts.length > 0) return parts;
    return [imageSegment(content['url'], resolvers) ?? textSegment('[图片]')];
  }
  const known = typeof type === 'number' && Object.hasOwn(LABELS, type) ? LABELS[type] : undefined;
  if (known !== undefined) return [textSegment(typeof content['name'] === 'string' ? `${known} ${content['name']}` : known)];
  if (typeof text === 'string') return richText(text, content, resolvers);
  return [textSegment(typeof type === 'number' && type !== 1 ? `[未知消息类型 ${type}]` : '[未知消息]')];
}

/** Puts ats, faces and images at their places in the text. */
function richText(text: string, content: JsonObject, resolvers: ReportResolvers): Segment[] {
  const taken = new Uint8Array(text.length);
  const { marks: mentions, unplaced } = locateMentions(text, content['mention'], content['entities'], resolvers, taken);
  const marks = [...mentions, ...faceMarks(text, content['entities'], taken), ...imageMarks(content['parts'], text, resolvers)];
  // An image at the beginning of an at comes before it; an image within one, after it.
  marks.sort((a, b) => a.offset - b.offset || a.length - b.length);
  const segments: Segment[] = [...unplaced];
  let at = 0;
  for (const mark of marks) {
    if (mark.offset > at) {
      segments.push(textSegment(text.slice(at, mark.offset)));
      at = mark.offset;
    }
    segments.push(mark.segment);
    at = Math.max(at, mark.offset + mark.length);
  }
  segments.push(textSegment(text.slice(at)));
  return segments;
}

function faceMarks(text: string, entities: unknown, taken: Uint8Array): Mark[] {
  const marks: Mark[] = [];
  if (!Array.isArray(entities)) return marks;
  for (const entity of entities.slice(0, MAX_ENTITIES) as unknown[]) {
    if (!isJsonObject(entity) || entity['type'] !== 'face' || typeof entity['value'] !== 'string') continue;
    const offset = toNaturalInt(entity['offset'], text.length);
    const shown = faceText(entity['value']);
    // The text decides: an entity that does not stand on its emoji is a mistake or a trick.
    if (offset === null || !/^\d{1,6}$/.test(entity['value']) || !text.startsWith(shown, offset)) continue;
    if (taken.subarray(offset, offset + shown.length).includes(1)) continue;
    taken.fill(1, offset, offset + shown.length);
    marks.push({ offset, length: shown.length, segment: { type: 'face', data: { id: entity['value'] } } });
  }
  return marks;
}

function imageMarks(parts: unknown, text: string, resolvers: ReportResolvers): Mark[] {
  const marks: Mark[] = [];
  if (!Array.isArray(parts)) return marks;
  for (const part of parts.slice(0, MAX_PARTS) as unknown[]) {
    if (!isJsonObject(part) || part['type'] !== 2) continue;
    const segment = imageSegment(part['url'], resolvers);
    if (segment === null) continue;
    const given = toNaturalInt(part['offset'], text.length) ?? text.length;
    marks.push({ offset: splitsPair(text, given) ? given + 1 : given, length: 0, segment });
  }
  return marks;
}

function splitsPair(text: string, at: number): boolean {
  return (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

function imageSegment(url: unknown, resolvers: ReportResolvers): Segment | null {
  if (typeof url !== 'string' || url === '') return null;
  const image = resolvers.imageOf(url) ?? { file: url, url };
  return { type: 'image', data: { file: image.file, url: image.url } };
}

function replySegments(reply: unknown): Segment[] {
  const id = isJsonObject(reply) ? toMessageId(reply['message_id']) : null;
  return id === null ? [] : [{ type: 'reply', data: { id: String(id) } }];
}

function textSegment(text: string): Segment {
  return { type: 'text', data: { text } };
}
