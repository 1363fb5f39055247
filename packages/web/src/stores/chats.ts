import { type ChannelRef, type Conversation, GROUP, keyOf, type Msg, PERSON } from '@hufu/client';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { client } from '../lib/client.ts';
import { createReading } from '../lib/reading.ts';
import { usePeople } from './people.ts';
import { useSession } from './session.ts';

/** The list of conversations, with what is unread. Timelines are in `timeline.ts`. */
export const useChats = defineStore('chats', () => {
  const session = useSession();
  const people = usePeople();
  const list = ref<readonly Conversation[]>([]);
  const loaded = ref(false);
  /** Key of the conversation on the screen. */
  const openKey = ref('');
  /** Whether its newest messages are on the screen too. */
  const atEnd = ref(true);
  /** Names of groups, kept for those that one has just left. */
  const groupNames = new Map<string, string>();

  /** Newest first; one in which nothing was said yet by when it was made, so that a new group is found. */
  const sorted = computed(() => [...list.value].sort((a, b) => timeOf(b) - timeOf(a)));
  const unread = computed(() => list.value.reduce((sum, item) => sum + item.unread, 0));

  function find(channel: ChannelRef): Conversation | undefined {
    return list.value.find((item) => keyOf(item) === keyOf(channel));
  }

  function nameOf(channel: ChannelRef): string {
    const name = find(channel)?.name;
    if (name !== undefined && name !== '') return name;
    if (channel.channelType === GROUP) return groupNames.get(channel.channelId) ?? channel.channelId;
    return people.nameOf(channel.channelId);
  }

  /** Whether the newest messages of this conversation are being looked at. */
  function isReading(channel: ChannelRef): boolean {
    return keyOf(channel) === openKey.value && atEnd.value && isVisible();
  }

  function isVisible(): boolean {
    return document.visibilityState === 'visible';
  }

  function replace(conversations: readonly Conversation[]): void {
    const known = new Map(list.value.map((item) => [keyOf(item), item]));
    list.value = conversations.map((item) => {
      const newer = newerOf(known.get(keyOf(item)), item);
      return isReading(newer) ? { ...newer, unread: 0 } : newer;
    });
    loaded.value = true;
    for (const item of conversations) {
      if (item.channelType === PERSON) people.learn(item.channelId, item.name, item.isBot ? 'bot' : undefined);
      else groupNames.set(item.channelId, item.name);
      if (item.last !== null) people.learn(item.last.fromUid, item.last.fromName);
    }
  }

  const reload = createReading(async () => {
    const answer = await client.api.conversations();
    if (answer.ok) replace(answer.value);
  }).run;

  function patch(channel: ChannelRef, change: Partial<Conversation>): void {
    list.value = list.value.map((item) => (keyOf(item) === keyOf(channel) ? { ...item, ...change } : item));
  }

  function noteMessage(message: Msg): void {
    const known = find(message);
    if (known === undefined) {
      void reload();
      return;
    }
    if (message.messageSeq <= known.lastSeq) return;
    // Some came before this conversation was in the list: only the server knows how many of them are unread.
    if (message.messageSeq > known.lastSeq + 1) void reload();
    const seen = message.fromUid === session.account?.uid || isReading(message);
    patch(message, { last: message, lastSeq: message.messageSeq, unread: seen ? known.unread : known.unread + 1 });
  }

  function markRead(channel: ChannelRef, messageSeq: number): void {
    const known = find(channel);
    if (known !== undefined && known.unread === 0 && known.readSeq >= messageSeq) return;
    patch(channel, { unread: 0, readSeq: messageSeq });
    void client.api.markRead(channel, messageSeq);
  }

  /** Another page of this account has read on. */
  function noteRead({ channelId, channelType, readSeq }: Readonly<Record<string, unknown>>): void {
    if (typeof channelId !== 'string' || typeof channelType !== 'number' || typeof readSeq !== 'number') return void reload();
    const known = find({ channelId, channelType });
    if (known === undefined || known.readSeq >= readSeq) return;
    // Between the two, own messages may stand: only the server knows the number.
    if (readSeq < known.lastSeq) return void reload();
    patch(known, { unread: 0, readSeq });
  }

  client.on('message', noteMessage);
  client.on('conversations', replace);
  client.on('signedOut', () => {
    list.value = [];
    loaded.value = false;
    openKey.value = '';
    groupNames.clear();
  });
  client.on('event', ({ type, data }) => {
    if (type === 'conversation.changed') noteRead(data);
    else if (type === 'member.changed') void reload();
  });

  return { sorted, unread, loaded, openKey, atEnd, find, nameOf, isReading, isVisible, reload, markRead, noteMessage };
});

/** A list on its way is overtaken by the messages that come live, and by what was read meanwhile. */
function newerOf(known: Conversation | undefined, read: Conversation): Conversation {
  if (known === undefined || known.lastSeq < read.lastSeq) return read;
  if (known.lastSeq === read.lastSeq && known.readSeq <= read.readSeq) return read;
  const { last, lastSeq, readSeq } = known;
  const unread = readSeq > read.readSeq ? known.unread : read.unread + lastSeq - read.lastSeq;
  return { ...read, last, lastSeq, unread, readSeq: Math.max(readSeq, read.readSeq) };
}

function timeOf(item: Conversation): number {
  return item.last?.timestampMs ?? item.createdMs;
}
