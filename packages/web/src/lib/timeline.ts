import type { ClientRefusal, Msg } from '@hufu/client';

/** A message on the screen; `state` is of a message that this page sent. */
export interface Shown extends Msg {
  readonly state: 'sending' | 'sent' | 'refused';
  readonly refusal: ClientRefusal | null;
  /** Address of an own picture that is not on the server yet. */
  readonly preview?: string;
}

/** Messages kept of one conversation; what is further away is read again when wanted. */
export const MAX_KEPT = 600;

export interface Placed {
  readonly messages: readonly Shown[];
  /** Which end was cut because there were too many. */
  readonly cut: 'none' | 'oldest' | 'newest';
}

/**
 * Puts messages into a timeline. The same one may come by history, live and as the answer to a send: messageId tells, or for own ones clientMsgNo.
 * Of too many the end that is `away` from the reader goes.
 */
export function place(known: readonly Shown[], incoming: readonly Shown[], away: 'oldest' | 'newest'): Placed {
  const next = [...known];
  const byId = new Map<string, number>();
  const byNumber = new Map<string, number>();
  const note = (message: Shown, at: number): void => {
    if (message.messageId !== '') byId.set(message.messageId, at);
    if (message.clientMsgNo !== '') byNumber.set(numberKey(message), at);
  };
  next.forEach(note);
  for (const message of incoming) {
    const at =
      (message.messageId === '' ? undefined : byId.get(message.messageId)) ??
      (message.clientMsgNo === '' ? undefined : byNumber.get(numberKey(message)));
    const to = at ?? next.length;
    next[to] = message;
    note(message, to);
  }
  next.sort(order);
  if (next.length <= MAX_KEPT) return { messages: next, cut: 'none' };
  return { messages: away === 'oldest' ? next.slice(-MAX_KEPT) : next.slice(0, MAX_KEPT), cut: away };
}

function numberKey(message: Msg): string {
  return `${message.fromUid} ${message.clientMsgNo}`;
}

/** Kept messages by their place; those on their way stand last, in the order of their making. */
function order(a: Msg, b: Msg): number {
  if (a.messageSeq > 0 && b.messageSeq > 0) return a.messageSeq - b.messageSeq;
  if (a.messageSeq > 0) return b.messageId === '' ? -1 : a.timestampMs - b.timestampMs;
  if (b.messageSeq > 0) return a.messageId === '' ? 1 : a.timestampMs - b.timestampMs;
  return a.timestampMs - b.timestampMs;
}

/** The highest place in the channel; 0 for none. */
export function lastSeq(messages: readonly Msg[]): number {
  return messages.reduce((highest, message) => Math.max(highest, message.messageSeq), 0);
}

/** The lowest place in the channel; 0 for none. */
export function firstSeq(messages: readonly Msg[]): number {
  return messages.find((message) => message.messageSeq > 0)?.messageSeq ?? 0;
}

const PAUSE_MS = 300_000;

/** Whether a message begins a new block: another sender, or a pause of five minutes. */
export function startsBlock(message: Msg, before: Msg | undefined): boolean {
  return before === undefined || before.fromUid !== message.fromUid || message.timestampMs - before.timestampMs > PAUSE_MS;
}
