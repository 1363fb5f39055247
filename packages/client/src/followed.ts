import type { Api } from './api.ts';
import { type ChannelRef, keyOf, type Msg } from './types.ts';

/** Channels followed at once; the one followed first is let go. */
const MAX_FOLLOWED = 50;
const PAGE = 100;
/** Pages read for one channel after an absence. Who missed more is told of a gap and reads the newest page instead. */
const MAX_PAGES = 3;

interface Place {
  readonly channel: ChannelRef;
  seq: number;
  reading: Promise<boolean> | null;
}

export interface FollowedOptions {
  readonly read: Api['messages'];
  readonly onMessage: (message: Msg) => void;
  /** More was missed than is read on: what is kept of the channel no longer joins what comes. It is no longer followed. */
  readonly onGap: (channel: ChannelRef) => void;
}

/** The channels whose messages must come without a hole: where each one stands, and reading on where some were missed. */
export interface Followed {
  add(channel: ChannelRef, afterSeq: number): void;
  /** A live message; a hole before it is read. */
  note(message: Msg): void;
  /** The answer to a message of our own, which no `recv` repeats. */
  noteSent(channel: ChannelRef, messageSeq: number): void;
  /** Reads every channel up to date; false when one could not be read. */
  catchUpAll(): Promise<boolean>;
  clear(): void;
}

export function createFollowed(options: FollowedOptions): Followed {
  const places = new Map<string, Place>();

  /** Single flight per channel: a burst of holes makes one reading. */
  function catchUp(place: Place): Promise<boolean> {
    place.reading ??= readOn(place).finally(() => {
      place.reading = null;
    });
    return place.reading;
  }

  async function readOn(place: Place): Promise<boolean> {
    const key = keyOf(place.channel);
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await options.read({ ...place.channel, afterSeq: place.seq, limit: PAGE });
      // Somebody let go of the channel, or follows it anew, meanwhile.
      if (places.get(key) !== place) return true;
      if (!answer.ok) return false;
      for (const message of answer.value.messages) {
        place.seq = Math.max(place.seq, message.messageSeq);
        options.onMessage(message);
      }
      if (!answer.value.more) return true;
    }
    places.delete(key);
    options.onGap(place.channel);
    return true;
  }

  return {
    add({ channelId, channelType }, afterSeq) {
      const channel = { channelId, channelType };
      const key = keyOf(channel);
      const seq = Math.max(afterSeq, places.get(key)?.seq ?? 0);
      places.delete(key);
      places.set(key, { channel, seq, reading: null });
      const oldest = places.keys().next().value;
      if (places.size > MAX_FOLLOWED && oldest !== undefined) places.delete(oldest);
    },
    note(message) {
      const place = places.get(keyOf(message));
      if (place === undefined || message.messageSeq === 0) return;
      if (message.messageSeq > place.seq + 1) void catchUp(place);
      else place.seq = Math.max(place.seq, message.messageSeq);
    },
    noteSent(channel, messageSeq) {
      const place = places.get(keyOf(channel));
      if (place !== undefined && messageSeq === place.seq + 1) place.seq = messageSeq;
    },
    async catchUpAll() {
      let all = true;
      // One after the other: a page with many open conversations must not come back as a burst.
      for (const place of [...places.values()]) all = (await catchUp(place)) && all;
      return all;
    },
    clear: () => places.clear(),
  };
}
