import { type ChannelRef, type Conversation, keyOf, type Msg, PERSON } from '@hufu/client';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { client } from '../lib/client.ts';
import { usePeople } from './people.ts';
import { useSession } from './session.ts';

/** The list of conversations, with what is unread. Timelines are in `timeline.ts`. */
export const useChats = defineStore('chats', () => {
  const session = useSession();
  const people = usePeople();
  const list = ref<Conversation[]>([]);
  const loaded = ref(false);
  /** Key of the conversation on the screen. */
  const openKey = ref('');
  let reloading: Promise<void> | null = null;
  let again = false;

  const sorted = computed(() => [...list.value].sort((a, b) => (b.last?.timestampMs ?? 0) - (a.last?.timestampMs ?? 0)));
  const unread = computed(() => list.value.reduce((sum, item) => sum + item.unread, 0));

  function find(channel: ChannelRef): Conversation | undefined {
    return list.value.find((item) => keyOf(item) === keyOf(channel));
  }

  function replace(conversations: readonly Conversation[]): void {
    list.value = conversations.map((item) => (keyOf(item) === openKey.value && isVisible() ? { ...item, unread: 0 } : item));
    loaded.value = true;
    for (const item of conversations) {
      if (item.channelType === PERSON) people.learn(item.channelId, item.name, item.isBot ? 'bot' : undefined);
      if (item.last !== null) people.learn(item.last.fromUid, item.last.fromName);
    }
  }

  /** Single flight; a wish during a reading makes one more afterwards, so that no change is missed. */
  function reload(): Promise<void> {
    if (reloading !== null) {
      again = true;
      return reloading;
    }
    reloading = client.api
      .conversations()
      .then((answer) => {
        if (answer.ok) replace(answer.value);
      })
      .finally(() => {
        reloading = null;
        if (again) {
          again = false;
          void reload();
        }
      });
    return reloading;
  }

  function patch(channel: ChannelRef, change: Partial<Conversation>): void {
    list.value = list.value.map((item) => (keyOf(item) === keyOf(channel) ? { ...item, ...change } : item));
  }

  function noteMessage(message: Msg): void {
    const known = find(message);
    if (known === undefined) {
      void reload();
      return;
    }
    const isNew = message.messageSeq > known.lastSeq;
    if (!isNew) return;
    const seen = message.fromUid === session.account?.uid || (keyOf(message) === openKey.value && isVisible());
    patch(message, { last: message, lastSeq: message.messageSeq, unread: seen ? known.unread : known.unread + 1 });
  }

  function markRead(channel: ChannelRef, messageSeq: number): void {
    const known = find(channel);
    if (known !== undefined && known.unread === 0 && known.readSeq >= messageSeq) return;
    patch(channel, { unread: 0, readSeq: messageSeq });
    void client.api.markRead(channel, messageSeq);
  }

  function isVisible(): boolean {
    return document.visibilityState === 'visible';
  }

  function clear(): void {
    list.value = [];
    loaded.value = false;
    openKey.value = '';
  }

  client.on('message', noteMessage);
  client.on('conversations', replace);
  client.on('signedOut', clear);
  client.on('event', (event) => {
    if (event.type === 'conversation.changed' || event.type === 'member.changed') void reload();
  });

  return { list, sorted, unread, loaded, openKey, find, reload, markRead, noteMessage, clear, isVisible };
});
