import { type ChannelRef, type ClientRefusal, keyOf, type Msg, type Payload } from '@hufu/client';
import { defineStore } from 'pinia';
import { reactive } from 'vue';
import { client, randomId } from '../lib/client.ts';
import { useChats } from './chats.ts';
import { usePeople } from './people.ts';
import { useSession } from './session.ts';

/** A message on the screen; `state` is of a message that this page sent. */
export interface Shown extends Msg {
  state: 'sending' | 'sent' | 'refused';
  refusal: ClientRefusal | null;
}

export interface Timeline {
  messages: Shown[];
  /** Whether the server has older ones. */
  more: boolean;
  loading: boolean;
  loaded: boolean;
  refusal: ClientRefusal | null;
}

const PAGE = 40;
/** Messages kept of one conversation that is not scrolled back; older ones are read again when wanted. */
const MAX_KEPT = 2000;

export const useTimelines = defineStore('timelines', () => {
  const session = useSession();
  const people = usePeople();
  const chats = useChats();
  const byKey = reactive(new Map<string, Timeline>());

  function of(channel: ChannelRef): Timeline {
    const key = keyOf(channel);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    byKey.set(key, { messages: [], more: false, loading: false, loaded: false, refusal: null });
    return byKey.get(key) as Timeline;
  }

  async function open(channel: ChannelRef): Promise<void> {
    const timeline = of(channel);
    if (timeline.loaded || timeline.loading) return;
    await load(channel, timeline, {});
    client.follow(channel, lastSeq(timeline));
  }

  async function older(channel: ChannelRef): Promise<void> {
    const timeline = of(channel);
    const first = timeline.messages.find((message) => message.messageSeq > 0);
    if (timeline.loading || !timeline.more || first === undefined) return;
    await load(channel, timeline, { beforeSeq: first.messageSeq });
  }

  async function load(channel: ChannelRef, timeline: Timeline, where: { beforeSeq?: number }): Promise<void> {
    timeline.loading = true;
    const answer = await client.api.messages({
      channelId: channel.channelId,
      channelType: channel.channelType,
      ...where,
      limit: PAGE,
    });
    timeline.loading = false;
    timeline.refusal = answer.ok ? null : answer.refusal;
    if (!answer.ok) return;
    timeline.loaded = true;
    timeline.more = answer.value.more;
    for (const message of answer.value.messages) merge(timeline, message);
  }

  /** The same message may come by history, live and as the answer to a send: clientMsgNo, then messageId, tell. */
  function merge(timeline: Timeline, message: Msg): void {
    people.learn(message.fromUid, message.fromName);
    const mine = message.fromUid === session.account?.uid;
    const at = timeline.messages.findIndex(
      (one) =>
        (one.messageId !== '' && one.messageId === message.messageId) ||
        (mine && one.clientMsgNo !== '' && one.clientMsgNo === message.clientMsgNo && one.fromUid === message.fromUid),
    );
    const shown: Shown = { ...message, state: 'sent', refusal: null };
    if (at >= 0) timeline.messages[at] = shown;
    else timeline.messages.push(shown);
    timeline.messages.sort(order);
    if (at < 0 && timeline.messages.length > MAX_KEPT) {
      timeline.messages.splice(0, timeline.messages.length - MAX_KEPT);
      timeline.more = true;
    }
  }

  async function send(channel: ChannelRef, payload: Payload, reuse?: Shown): Promise<void> {
    const account = session.account;
    if (account === null) return;
    const timeline = of(channel);
    const clientMsgNo = reuse?.clientMsgNo ?? randomId();
    const draft: Shown = {
      messageId: '',
      messageSeq: 0,
      fromUid: account.uid,
      fromName: account.name,
      channelId: channel.channelId,
      channelType: channel.channelType,
      clientMsgNo,
      timestampMs: Date.now(),
      payload,
      state: 'sending',
      refusal: null,
    };
    drop(timeline, clientMsgNo);
    timeline.messages.push(draft);
    const answer = await client.send(channel, payload, clientMsgNo);
    const at = timeline.messages.findIndex((message) => message.clientMsgNo === clientMsgNo && message.fromUid === account.uid);
    const current = timeline.messages[at];
    if (current === undefined || current.state === 'sent') return;
    if (!answer.ok) {
      timeline.messages[at] = { ...current, state: 'refused', refusal: answer.refusal };
      return;
    }
    const sent: Msg = { ...draft, messageId: answer.value.messageId, messageSeq: answer.value.messageSeq };
    merge(timeline, sent);
    chats.noteMessage(sent);
  }

  function drop(timeline: Timeline, clientMsgNo: string): void {
    const at = timeline.messages.findIndex((message) => message.clientMsgNo === clientMsgNo && message.state !== 'sent');
    if (at >= 0) timeline.messages.splice(at, 1);
  }

  function discard(channel: ChannelRef, message: Shown): void {
    drop(of(channel), message.clientMsgNo);
  }

  client.on('message', (message) => {
    const timeline = byKey.get(keyOf(message));
    if (timeline?.loaded === true || timeline?.loading === true) merge(timeline, message);
  });
  client.on('signedOut', () => byKey.clear());

  return { of, open, older, send, discard };
});

export function lastSeq(timeline: Timeline): number {
  return timeline.messages.reduce((highest, message) => Math.max(highest, message.messageSeq), 0);
}

/** Kept messages by their place; those on their way stand last, in the order of their making. */
function order(a: Msg, b: Msg): number {
  if (a.messageSeq > 0 && b.messageSeq > 0) return a.messageSeq - b.messageSeq;
  if (a.messageSeq > 0) return b.messageId === '' ? -1 : a.timestampMs - b.timestampMs;
  if (b.messageSeq > 0) return a.messageId === '' ? 1 : a.timestampMs - b.timestampMs;
  return a.timestampMs - b.timestampMs;
}
