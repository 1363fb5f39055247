import { toCqString } from './cq-code.ts';
import { mergeText, presentValues, type Segment } from './segments.ts';

/**
 * Events in the exact shape that the models of NoneBot, Koishi and aiocqhttp accept: required keys always there, no key null, never
 * an `echo` (clients take such a frame for an answer), `sender.level` a string.
 */

export type MessageFormat = 'array' | 'string';

export interface MessageInput {
  /** Server time of the message, Unix seconds. */
  readonly timeSeconds: number;
  readonly selfId: number;
  readonly messageId: number;
  readonly messageSeq: number;
  /** The sender. */
  readonly userId: number;
  readonly nickname: string;
  readonly segments: readonly Segment[];
  readonly format: MessageFormat;
  /** Delivered again after a reconnect. */
  readonly replayed?: boolean;
  /** Set for the bot's own message (`message_sent`): the peer, or the group. */
  readonly sentTo?: number;
}

export interface GroupMessageInput extends MessageInput {
  readonly groupId: number;
  readonly groupName?: string;
  readonly role: 'owner' | 'admin' | 'member';
}

interface MessageEventBase {
  readonly time: number;
  readonly self_id: number;
  readonly post_type: 'message' | 'message_sent';
  readonly message_id: number;
  readonly message_seq: number;
  /** The sequence number again, the name under which get_msg has it. */
  readonly real_id: number;
  readonly user_id: number;
  readonly font: 14;
  readonly message_format: MessageFormat;
  readonly message: readonly Segment[] | string;
  readonly raw_message: string;
  readonly target_id?: number;
  readonly hufu?: { readonly replayed: true };
}

interface PersonSender {
  readonly user_id: number;
  readonly nickname: string;
  readonly sex: 'unknown';
  readonly age: 0;
}

export interface PrivateMessageEvent extends MessageEventBase {
  readonly message_type: 'private';
  readonly sub_type: 'friend';
  readonly sender: PersonSender;
}

interface GroupSender extends PersonSender {
  readonly card: '';
  readonly role: 'owner' | 'admin' | 'member';
  readonly title: '';
  /** A number here makes NoneBot treat the whole event as unknown. */
  readonly level: '1';
  readonly area: '';
}

export interface GroupMessageEvent extends MessageEventBase {
  readonly message_type: 'group';
  readonly sub_type: 'normal';
  readonly group_id: number;
  readonly group_name?: string;
  readonly sender: GroupSender;
}

export interface LifecycleEvent {
  readonly time: number;
  readonly self_id: number;
  readonly post_type: 'meta_event';
  readonly meta_event_type: 'lifecycle';
  readonly sub_type: 'connect';
}

/** The data of `get_status`. Both booleans always: a null makes NoneBot's model fail. */
export interface Status {
  readonly online: boolean;
  readonly good: boolean;
  readonly stat?: Readonly<Record<string, number>>;
}

export interface HeartbeatEvent {
  readonly time: number;
  readonly self_id: number;
  readonly post_type: 'meta_event';
  readonly meta_event_type: 'heartbeat';
  readonly status: Status;
  /** Milliseconds. */
  readonly interval: number;
}

export type OneBotEvent = PrivateMessageEvent | GroupMessageEvent | LifecycleEvent | HeartbeatEvent;

function messageFields(
  segments: readonly Segment[],
  format: MessageFormat,
): Pick<MessageEventBase, 'message' | 'message_format' | 'raw_message'> {
  const reported = reportSegments(segments);
  const raw = toCqString(reported);
  return { message_format: format, message: format === 'array' ? reported : raw, raw_message: raw };
}

/** Segments as reports show them: text merged, no null, ids of at, reply and face as strings. */
function reportSegments(segments: readonly Segment[]): Segment[] {
  return mergeText(segments).map(({ type, data }) => {
    const present = presentValues(data);
    const key = type === 'at' ? 'qq' : type === 'reply' || type === 'face' ? 'id' : null;
    const id = key === null ? undefined : present[key];
    return {
      type,
      data: key === null || id === undefined || typeof id === 'object' ? present : { ...present, [key]: String(id) },
    };
  });
}

export function privateMessageEvent(input: MessageInput): PrivateMessageEvent {
  return {
    ...eventHead(input),
    message_type: 'private',
    sub_type: 'friend',
    ...messageBody(input),
    sender: personSender(input),
    ...messageTail(input),
  };
}

export function groupMessageEvent(input: GroupMessageInput): GroupMessageEvent {
  return {
    ...eventHead(input),
    message_type: 'group',
    sub_type: 'normal',
    ...messageBody(input),
    group_id: input.groupId,
    ...(input.groupName === undefined ? {} : { group_name: input.groupName }),
    sender: groupSender(input),
    ...messageTail(input),
  };
}

/** Exactly one `connect` opens every connection that carries events. */
export function lifecycleEvent(input: { timeSeconds: number; selfId: number }): LifecycleEvent {
  return {
    time: Math.trunc(input.timeSeconds),
    self_id: input.selfId,
    post_type: 'meta_event',
    meta_event_type: 'lifecycle',
    sub_type: 'connect',
  };
}

export function heartbeatEvent(input: {
  timeSeconds: number;
  selfId: number;
  status: Status;
  intervalMs: number;
}): HeartbeatEvent {
  return {
    time: Math.trunc(input.timeSeconds),
    self_id: input.selfId,
    post_type: 'meta_event',
    meta_event_type: 'heartbeat',
    status: input.status,
    interval: input.intervalMs,
  };
}

function eventHead(input: MessageInput): Pick<MessageEventBase, 'time' | 'self_id' | 'post_type'> {
  return {
    time: Math.trunc(input.timeSeconds),
    self_id: input.selfId,
    post_type: input.sentTo === undefined ? 'message' : 'message_sent',
  };
}

function messageBody(
  input: MessageInput,
): Pick<
  MessageEventBase,
  'message_id' | 'message_seq' | 'real_id' | 'user_id' | 'font' | 'message' | 'message_format' | 'raw_message'
> {
  return {
    message_id: input.messageId,
    message_seq: input.messageSeq,
    real_id: input.messageSeq,
    user_id: input.userId,
    font: 14,
    ...messageFields(input.segments, input.format),
  };
}

function messageTail(input: MessageInput): Pick<MessageEventBase, 'target_id' | 'hufu'> {
  return {
    ...(input.sentTo === undefined ? {} : { target_id: input.sentTo }),
    ...(input.replayed === true ? { hufu: { replayed: true } } : {}),
  };
}

function personSender({ userId, nickname }: MessageInput): PersonSender {
  return { user_id: userId, nickname, sex: 'unknown', age: 0 };
}

function groupSender(input: GroupMessageInput): GroupSender {
  return { ...personSender(input), card: '', role: input.role, title: '', level: '1', area: '' };
}
