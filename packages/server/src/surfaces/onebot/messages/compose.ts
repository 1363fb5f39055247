import {
  type ImageInfo,
  normaliseMessage,
  type ReplyInfo,
  type Segment,
  type SegmentData,
  segmentsToPayload,
  type MessageProblem,
} from '@hufu/protocol/onebot';
import type { User } from '../../../domain/model.ts';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';
import type { OnebotDeps } from '../deps.ts';
import { imageToStore } from './image.ts';

export interface ComposeInput {
  readonly message: unknown;
  readonly autoEscape: boolean;
  /** Channel it goes to: a reply must name a message of it. */
  readonly ch: number;
}

/** The `message` of a call → the payload that is stored. What segments refer to is looked up first: accounts, the message replied to, images. */
export async function composePayload(deps: OnebotDeps, input: ComposeInput): Promise<Outcome<Uint8Array>> {
  const normal = normaliseMessage(input.message, { autoEscape: input.autoEscape });
  if (!normal.ok) return refusalOf(normal);
  const users = await mentionedUsers(deps, normal.segments);
  const reply = await repliedTo(deps, normal.segments, input.ch);
  if (!reply.ok) return reply;
  const images = await storeImages(deps, normal.segments);
  if (!images.ok) return images;

  const byUid = new Map([...users.values()].map((user) => [user.uid, user]));
  const made = segmentsToPayload(normal.segments, {
    uidOf: (numericId) => users.get(numericId)?.uid,
    nameOf: (uid) => byUid.get(uid)?.name,
    imageOf: (data) => images.value.get(data),
    replyOf: () => reply.value ?? undefined,
  });
  return made.ok ? ok(Buffer.from(JSON.stringify(made.payload))) : refusalOf(made);
}

function refusalOf(problem: MessageProblem): Outcome<never> {
  const detail = problem.detail;
  if (problem.reason === 'empty_message') return refuse('im.payload_empty');
  if (problem.reason === 'reply_not_found') return refuse('onebot.reply_missing', { detail });
  if (problem.reason === 'media_fetch_failed') return refuse('media.missing', { detail });
  if (problem.reason.startsWith('segment_unsupported:')) {
    return refuse('onebot.segment_unsupported', {
      type: problem.reason.slice('segment_unsupported:'.length),
      detail: `${problem.reason.slice('segment_unsupported:'.length)}; ${detail}`,
    });
  }
  return refuse('onebot.bad_params', { detail });
}

const MAX_LOOKUPS = 100;

async function mentionedUsers(deps: OnebotDeps, segments: readonly Segment[]): Promise<Map<number, User>> {
  const numbers = new Set(
    segments.filter((one) => one.type === 'at' && one.data['qq'] !== 'all').map((one) => Number(one.data['qq'])),
  );
  const found = new Map<number, User>();
  for (const number of [...numbers].slice(0, MAX_LOOKUPS)) {
    const user = await deps.directory.userByNumber(number);
    if (user !== null) found.set(number, user);
  }
  return found;
}

async function repliedTo(deps: OnebotDeps, segments: readonly Segment[], ch: number): Promise<Outcome<ReplyInfo | null>> {
  const segment = segments.find((one) => one.type === 'reply');
  if (segment === undefined) return ok(null);
  const id = Number(segment.data['id']);
  const message = await deps.log.byId(id);
  if (message === null || message.ch !== ch) return refuse('onebot.reply_missing', { messageId: id, detail: `message_id ${id}` });
  const sender = await deps.users.getInt(message.sender);
  const quoted = quotedPayload(message.payload);
  return ok({
    message_id: String(id),
    message_seq: message.seq,
    ...(sender === null ? {} : { from_uid: sender.uid, from_name: sender.name }),
    ...(quoted === null ? {} : { payload: quoted }),
  });
}

const MAX_QUOTED_BYTES = 4096;

/** The quoted content without its own quote, so that quotes do not nest for ever; long ones are left out. */
function quotedPayload(payload: Uint8Array): object | null {
  if (payload.byteLength > MAX_QUOTED_BYTES) return null;
  try {
    const content: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return null;
    return Object.fromEntries(Object.entries(content).filter(([key]) => key !== 'reply'));
  } catch {
    return null;
  }
}

async function storeImages(deps: OnebotDeps, segments: readonly Segment[]): Promise<Outcome<Map<SegmentData, ImageInfo>>> {
  const images = new Map<SegmentData, ImageInfo>();
  for (const { type, data } of segments) {
    if (type !== 'image') continue;
    const stored = await imageToStore(deps, data);
    if (!stored.ok) return stored;
    images.set(data, stored.value);
  }
  return ok(images);
}
