import { type ChannelRef, type ClientRefusal, keyOf, type Msg, type Payload, type Result, type UploadedFile } from '@hufu/client';
import { defineStore } from 'pinia';
import { reactive } from 'vue';
import { client, randomId } from '../lib/client.ts';
import { createDrafts } from '../lib/drafts.ts';
import { sizeOfPicture } from '../lib/picture-size.ts';
import { firstSeq, lastSeq, MAX_KEPT, place, type Shown } from '../lib/timeline.ts';
import { useChats } from './chats.ts';
import { usePeople } from './people.ts';
import { useSession } from './session.ts';

export interface Timeline {
  messages: readonly Shown[];
  /** Whether the server has older ones. */
  more: boolean;
  /** Whether newer ones were let go, because the reader went far back. */
  behind: boolean;
  loading: boolean;
  loaded: boolean;
  refusal: ClientRefusal | null;
}

const PAGE = 40;
const SHOW_AFTER_MS = 16;
/** So many unread ones are read at once, so that the first of them can be shown. */
const MAX_FIRST_PAGE = 200;

/** The open conversations' messages, own ones on their way among them, and what is half written. */
export const useTimelines = defineStore('timelines', () => {
  const session = useSession();
  const people = usePeople();
  const chats = useChats();
  const byKey = reactive(new Map<string, Timeline>());
  /** Half-written words by conversation. */
  const drafts = createDrafts();
  /** Files of own pictures that are not on the server yet, by clientMsgNo. */
  const files = new Map<string, File>();

  function of(channel: ChannelRef): Timeline {
    const key = keyOf(channel);
    if (!byKey.has(key))
      byKey.set(key, { messages: [], more: false, behind: false, loading: false, loaded: false, refusal: null });
    return byKey.get(key) as Timeline;
  }

  async function open(channel: ChannelRef): Promise<void> {
    const timeline = of(channel);
    if (timeline.loading || (timeline.loaded && !timeline.behind)) return;
    const unread = chats.find(channel)?.unread ?? 0;
    await newest(channel, timeline, Math.min(MAX_FIRST_PAGE, Math.max(PAGE, unread + 10)));
  }

  /** Reads the newest page, which then stands alone, with what is on its way. */
  async function newest(channel: ChannelRef, timeline: Timeline, limit = PAGE): Promise<void> {
    const page = await read(channel, timeline, { limit });
    if (page === null) return;
    const onTheWay = timeline.messages.filter((message) => message.state !== 'sent');
    timeline.messages = place(onTheWay, page.messages.map(shownOf), 'oldest').messages;
    timeline.more = page.more;
    timeline.behind = false;
    timeline.loaded = true;
    client.follow(channel, lastSeq(timeline.messages));
  }

  async function older(channel: ChannelRef): Promise<void> {
    const timeline = of(channel);
    const beforeSeq = firstSeq(timeline.messages);
    if (timeline.loading || !timeline.more || beforeSeq === 0) return;
    const page = await read(channel, timeline, { beforeSeq, limit: PAGE });
    if (page === null) return;
    const placed = place(timeline.messages, page.messages.map(shownOf), 'newest');
    timeline.messages = placed.messages;
    timeline.more = page.more;
    if (placed.cut === 'newest') timeline.behind = true;
  }

  async function read(channel: ChannelRef, timeline: Timeline, where: { beforeSeq?: number; limit: number }) {
    timeline.loading = true;
    const { channelId, channelType } = channel;
    const answer = await client.api.messages({ channelId, channelType, ...where });
    timeline.loading = false;
    timeline.refusal = answer.ok ? null : answer.refusal;
    return answer.ok ? answer.value : null;
  }

  function shownOf(message: Msg): Shown {
    people.learn(message.fromUid, message.fromName);
    return { ...message, state: 'sent', refusal: null };
  }

  function put(timeline: Timeline, ...messages: readonly Shown[]): void {
    const placed = place(timeline.messages, messages, 'oldest');
    timeline.messages = placed.messages;
    if (placed.cut === 'oldest') timeline.more = true;
  }

  /** Messages that came and are not shown yet: however many come between two pictures of the screen, the timeline is made anew once. */
  let arrived: Msg[] = [];

  function receive(message: Msg): void {
    if (arrived.push(message) === 1) setTimeout(showArrived, SHOW_AFTER_MS);
  }

  function showArrived(): void {
    const messages = arrived;
    arrived = [];
    for (const key of new Set(messages.map(keyOf))) {
      const timeline = byKey.get(key);
      if (timeline === undefined || (!timeline.loaded && !timeline.loading) || timeline.behind) continue;
      // Who reads far back must not have the ground pulled away: newer ones are read when they come back.
      if (timeline.messages.length >= MAX_KEPT && !chats.isReading(channelOf(key))) timeline.behind = true;
      else put(timeline, ...messages.filter((one) => keyOf(one) === key).map(shownOf));
    }
  }

  /** Sends words, or again what was refused. */
  async function send(channel: ChannelRef, payload: Payload, again?: Shown): Promise<void> {
    const draft = await drafted(channel, payload, again);
    if (draft !== null) await transmit(channel, draft);
  }

  /** Sends a picture: it is seen at once, and goes up behind. */
  async function sendPicture(channel: ChannelRef, file: File): Promise<void> {
    const size = await sizeOfPicture(file);
    const draft = await drafted(channel, { type: 2, ...(size ?? {}) });
    if (draft === null) return;
    files.set(draft.clientMsgNo, file);
    const shown = { ...draft, preview: URL.createObjectURL(file) };
    put(of(channel), shown);
    await uploadAndTransmit(channel, shown, file);
  }

  async function uploadAndTransmit(channel: ChannelRef, draft: Shown, file: File): Promise<void> {
    const uploaded: Result<UploadedFile> = await client.api.upload(file, file.name || 'picture.png');
    if (!uploaded.ok) return put(of(channel), { ...draft, state: 'refused', refusal: uploaded.refusal });
    const { url, width, height } = uploaded.value;
    files.delete(draft.clientMsgNo);
    await transmit(channel, { ...draft, payload: { type: 2, url, width: width ?? 0, height: height ?? 0 } });
  }

  function retry(channel: ChannelRef, message: Shown): Promise<void> {
    const file = files.get(message.clientMsgNo);
    if (file === undefined) return send(channel, message.payload ?? {}, message);
    const draft: Shown = { ...message, state: 'sending', refusal: null };
    put(of(channel), draft);
    return uploadAndTransmit(channel, draft, file);
  }

  /** Shows a message that is about to be sent; null when nobody is signed in. */
  async function drafted(channel: ChannelRef, payload: Payload, again?: Shown): Promise<Shown | null> {
    const { account } = session;
    if (account === null) return null;
    const timeline = of(channel);
    if (timeline.behind) await newest(channel, timeline);
    const draft: Shown = {
      messageId: '',
      messageSeq: 0,
      fromUid: account.uid,
      fromName: account.name,
      channelId: channel.channelId,
      channelType: channel.channelType,
      clientMsgNo: again?.clientMsgNo ?? randomId(),
      timestampMs: Date.now(),
      payload,
      state: 'sending',
      refusal: null,
      ...(again?.preview === undefined ? {} : { preview: again.preview }),
    };
    put(timeline, draft);
    return draft;
  }

  async function transmit(channel: ChannelRef, draft: Shown): Promise<void> {
    const timeline = of(channel);
    put(timeline, draft);
    const answer = await client.send(channel, draft.payload ?? {}, draft.clientMsgNo);
    if (!answer.ok) {
      // Discarded meanwhile, or already there by another way.
      if (current(timeline, draft)?.state === 'sending') put(timeline, { ...draft, state: 'refused', refusal: answer.refusal });
      return;
    }
    const { messageId, messageSeq } = answer.value;
    const sent: Shown = { ...draft, messageId, messageSeq, state: 'sent' };
    put(timeline, sent);
    chats.noteMessage(sent);
  }

  function current(timeline: Timeline, draft: Shown): Shown | undefined {
    return timeline.messages.find((one) => one.clientMsgNo === draft.clientMsgNo && one.fromUid === draft.fromUid);
  }

  /** Takes away what was refused or still waits for a connection; false when the server may have it. */
  function discard(channel: ChannelRef, message: Shown): boolean {
    const timeline = of(channel);
    if (message.state === 'sending' && !client.withdraw(message.clientMsgNo)) return false;
    timeline.messages = timeline.messages.filter((one) => one.clientMsgNo !== message.clientMsgNo || one.state === 'sent');
    files.delete(message.clientMsgNo);
    if (message.preview !== undefined) URL.revokeObjectURL(message.preview);
    return true;
  }

  client.on('message', receive);
  client.on('gap', (channel) => {
    const timeline = byKey.get(keyOf(channel));
    if (timeline?.loaded === true) void newest(channel, timeline);
  });
  // What could not be read for want of a server is read when it is back.
  client.on('conversations', () => {
    for (const [key, timeline] of byKey)
      if (!timeline.loaded && timeline.refusal !== null && key === chats.openKey) void open(channelOf(key));
  });
  client.on('signedOut', () => {
    byKey.clear();
    drafts.clear();
    files.clear();
  });
  window.addEventListener('beforeunload', (event) => {
    const waits = [...byKey.values()].some((timeline) => timeline.messages.some((one) => one.state === 'sending'));
    if (waits) event.preventDefault();
  });

  return { of, open, newest, older, send, sendPicture, retry, discard, drafts };
});

function channelOf(key: string): ChannelRef {
  const at = key.indexOf(':');
  return { channelType: Number(key.slice(0, at)), channelId: key.slice(at + 1) };
}
