import {
  ALL_TEXT,
  type ImageInfo,
  mergeText,
  type MessageProblem,
  normaliseMessage,
  type ReplyInfo,
  type Segment,
  type SegmentData,
  segmentsToPayload,
} from '@hufu/protocol/onebot';
import { mayMentionAll } from '../../../domain/channels/may-mention-all.ts';
import type { ChannelState, User } from '../../../domain/model.ts';
import { shownName } from '../../../domain/users/shown-name.ts';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';
import type { OnebotDeps } from '../deps.ts';
import { imageToStore } from './image.ts';
import { repliedTo } from './reply.ts';

export interface ComposeInput {
  readonly message: unknown;
  readonly autoEscape: boolean;
  /** Channel it goes to: only its members are mentioned, a reply must name a message of it. */
  readonly state: ChannelState;
  readonly bot: User;
}

export interface Composed {
  readonly payload: Uint8Array;
  /** What was not sent as asked. */
  readonly warnings: readonly string[];
}

/** Readers look at no more in one message. */
const MAX_IMAGES = 100;
const MAX_MENTIONED = 500;

/** The `message` of a call → the payload that is stored. What segments refer to is looked up first: members, the message replied to, images. */
export async function composePayload(deps: OnebotDeps, input: ComposeInput): Promise<Outcome<Composed>> {
  const normal = normaliseMessage(input.message, { autoEscape: input.autoEscape });
  if (!normal.ok) return refusalOf(normal);
  const { segments, warnings } = allowedMentions(normal.segments, input);
  const users = await mentionedMembers(deps, segments, input.state);
  if (!users.ok) return users;
  const reply = await findReply(deps, segments, input.state.channel.ch);
  if (!reply.ok) return reply;
  const images = await storeImages(deps, segments);
  if (!images.ok) return images;

  const names = new Map([...users.value.values()].map((user) => [user.uid, shownName(user)]));
  const made = segmentsToPayload(segments, {
    uidOf: (numericId) => users.value.get(numericId)?.uid,
    nameOf: (uid) => names.get(uid),
    imageOf: (data) => images.value.get(data),
    replyOf: () => reply.value ?? undefined,
  });
  return made.ok ? ok({ payload: Buffer.from(JSON.stringify(made.payload)), warnings }) : refusalOf(made);
}

/** An at of everybody without the right to it is sent as its text: nobody is disturbed, and the caller is told. */
function allowedMentions(segments: readonly Segment[], { state, bot }: ComposeInput) {
  const isAll = ({ type, data }: Segment) => type === 'at' && data['qq'] === 'all';
  if (!segments.some(isAll) || mayMentionAll(state, bot)) return { segments, warnings: [] };
  const text = segments.map((segment) => (isAll(segment) ? { type: 'text', data: { text: ALL_TEXT } } : segment));
  return {
    segments: mergeText(text),
    warnings: [
      'at_all_denied: 只有群主和管理员可以@全体成员，已按文本发送 / only owner and admins may address everybody; sent as text',
    ],
  };
}

function refusalOf(problem: MessageProblem): Outcome<never> {
  const { detail, reason } = problem;
  if (reason === 'empty_message') return refuse('im.payload_empty');
  if (reason === 'reply_not_found') return refuse('onebot.reply_missing', { detail });
  if (reason === 'media_fetch_failed') return refuse('media.missing', { detail });
  if (!reason.startsWith('segment_unsupported:')) return refuse('onebot.bad_params', { detail });
  const type = reason.slice('segment_unsupported:'.length);
  const forward = type === 'node' ? '请使用 /send_group_forward_msg 或 /send_private_forward_msg 进行合并转发; ' : '';
  return refuse('onebot.segment_unsupported', { type, detail: `${forward}${type}; ${detail}` });
}

/** Members named by an at; everybody else stays text, so that nobody's name is learnt from a number. */
async function mentionedMembers(
  deps: OnebotDeps,
  segments: readonly Segment[],
  state: ChannelState,
): Promise<Outcome<Map<number, User>>> {
  const ats = segments.filter((one) => one.type === 'at' && one.data['qq'] !== 'all');
  const numbers = new Set(ats.map((one) => Number(one.data['qq'])));
  if (numbers.size > MAX_MENTIONED)
    return refuse('onebot.bad_params', { detail: `at most ${MAX_MENTIONED} people in one message` });
  const found = new Map<number, User>();
  for (const number of numbers) {
    const user = await deps.directory.userByNumber(number);
    if (user !== null && state.members.has(user.u)) found.set(number, user);
  }
  return ok(found);
}

async function findReply(deps: OnebotDeps, segments: readonly Segment[], ch: number): Promise<Outcome<ReplyInfo | null>> {
  const segment = segments.find((one) => one.type === 'reply');
  return segment === undefined ? ok(null) : repliedTo(deps, Number(segment.data['id']), ch);
}

async function storeImages(deps: OnebotDeps, segments: readonly Segment[]): Promise<Outcome<Map<SegmentData, ImageInfo>>> {
  const images = new Map<SegmentData, ImageInfo>();
  for (const { type, data } of segments) {
    if (type !== 'image') continue;
    if (images.size >= MAX_IMAGES) return refuse('onebot.bad_params', { detail: `at most ${MAX_IMAGES} images in one message` });
    const stored = await imageToStore(deps, data);
    if (!stored.ok) return stored;
    images.set(data, stored.value);
  }
  return ok(images);
}
