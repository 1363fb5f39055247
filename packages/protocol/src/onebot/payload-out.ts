import { toMessageId } from './coerce.ts';
import { faceText } from './faces.ts';
import { ALL_TEXT, type Entity, type ImageInfo, type ImagePart, type Payload, type ReplyInfo } from './payload.ts';
import type { MessageProblem, Segment, SegmentData } from './segments.ts';

/** What a bot's segments refer to. Images and replies are looked up before, so that nothing here waits. */
export interface SendResolvers {
  /** uid of a OneBot user id. */
  uidOf(numericId: number): string | undefined;
  nameOf(uid: string): string | undefined;
  /** The stored image behind an image segment (handle, fetched address, decoded data). */
  imageOf(data: SegmentData): ImageInfo | undefined;
  replyOf(messageId: number): ReplyInfo | undefined;
}

export type PayloadResult = { readonly ok: true; readonly payload: Payload } | MessageProblem;

/**
 * Segments (as `normaliseMessage` gives them) → what is stored. The first reply counts; an at of an unknown user is plain `@name`.
 * Reasons: `reply_not_found`, `media_fetch_failed`, `empty_message`, `segment_unsupported:<type>`.
 */
export function segmentsToPayload(segments: readonly Segment[], resolvers: SendResolvers): PayloadResult {
  const entities: Entity[] = [];
  const parts: ImagePart[] = [];
  const uids = new Set<string>();
  let content = '';
  let all = false;
  let reply: ReplyInfo | null = null;

  const addEntity = (type: Entity['type'], value: string, text: string): void => {
    entities.push({ type, offset: content.length, length: text.length, value });
    content += text;
  };

  for (const { type, data } of segments) {
    if (type === 'text') {
      content += String(data['text'] ?? '');
    } else if (type === 'at') {
      const at = readAt(data, resolvers);
      if (at.uid === null) {
        content += at.text;
      } else {
        if (at.uid === 'all' && at.everybody) all = true;
        else uids.add(at.uid);
        addEntity('mention', at.uid, at.text);
      }
    } else if (type === 'face') {
      const id = String(data['id']);
      addEntity('face', id, faceText(id));
    } else if (type === 'image') {
      const image = resolvers.imageOf(data);
      if (image === undefined) return { ok: false, reason: 'media_fetch_failed', detail: 'an image could not be had' };
      parts.push({ type: 2, url: image.url, width: image.width, height: image.height, offset: content.length });
    } else if (type === 'reply') {
      if (reply !== null) continue;
      const id = toMessageId(data['id']);
      const found = id === null ? undefined : resolvers.replyOf(id);
      if (found === undefined)
        return { ok: false, reason: 'reply_not_found', detail: 'the message replied to does not exist here' };
      reply = found;
    } else {
      return { ok: false, reason: `segment_unsupported:${type.slice(0, 64)}`, detail: 'this segment type cannot be stored' };
    }
  }

  const quote = reply === null ? {} : { reply };
  const [first] = parts;
  if (content === '') {
    if (first === undefined) return { ok: false, reason: 'empty_message', detail: 'the message has no content' };
    const { url, width, height } = first;
    return { ok: true, payload: { type: 2, url, width, height, ...(parts.length > 1 ? { parts } : {}), ...quote } };
  }
  const mention = { ...(uids.size > 0 ? { uids: [...uids] } : {}), ...(all ? { all: true as const } : {}) };
  return {
    ok: true,
    payload: {
      type: 1,
      content,
      ...(uids.size > 0 || all ? { mention } : {}),
      ...quote,
      ...(entities.length > 0 ? { entities } : {}),
      ...(parts.length > 0 ? { parts } : {}),
    },
  };
}

function readAt(data: SegmentData, resolvers: SendResolvers): { uid: string | null; text: string; everybody: boolean } {
  const qq = String(data['qq']);
  if (qq === 'all') return { uid: 'all', text: ALL_TEXT, everybody: true };
  const given = typeof data['name'] === 'string' && data['name'] !== '' ? data['name'].replace(/^@/, '') : null;
  const uid = resolvers.uidOf(Number(qq));
  if (uid === undefined) return { uid: null, text: `@${given ?? qq}`, everybody: false };
  return { uid, text: `@${resolvers.nameOf(uid) ?? given ?? uid}`, everybody: false };
}
