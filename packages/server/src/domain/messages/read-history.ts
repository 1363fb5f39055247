import { ok, type Outcome } from '../../kernel/outcome.ts';
import { type ChannelName, storedChannelId } from '../channels/channel-id.ts';
import { findMemberChannel, type FindChannelPorts } from '../channels/find-channel.ts';
import type { Channel, Message, User } from '../model.ts';
import type { Directory, HistoryQuery, MessageLog } from '../ports.ts';

export interface ReadHistoryPorts extends FindChannelPorts {
  readonly log: Pick<MessageLog, 'history'>;
  readonly directory: Pick<Directory, 'channel'>;
}

export interface Page {
  readonly channel: Channel | null;
  /** Ascending by seq. */
  readonly messages: readonly Message[];
  readonly more: boolean;
}

export type PageWanted = ChannelName & Omit<HistoryQuery, 'ch'>;

const EMPTY: Page = { channel: null, messages: [], more: false };

/** A page of a channel that `reader` is a member of; refuses `im.not_member`. */
export async function readHistory(ports: ReadHistoryPorts, reader: User, wanted: PageWanted): Promise<Outcome<Page>> {
  const state = await findMemberChannel(ports, reader, wanted);
  if (!state.ok) return state;
  return ok(state.value === null ? EMPTY : await pageOf(ports, state.value.channel, wanted));
}

/**
 * A page for a back end, which may read every channel (WuKongIM `/channel/messagesync` checks no membership). `reader` matters for person
 * channels only. An unknown channel is an empty page and is not made.
 */
export async function readHistoryAsBackend(
  ports: ReadHistoryPorts,
  readerUid: string,
  wanted: PageWanted,
): Promise<Outcome<Page>> {
  const id = storedChannelId({ sender: { uid: readerUid }, channelId: wanted.channelId, channelType: wanted.channelType });
  if (!id.ok) return id;
  const warm = ports.channels.peek(wanted.channelType, id.value)?.channel;
  const channel = warm ?? (await ports.directory.channel(wanted.channelType, id.value));
  return ok(channel === null ? EMPTY : await pageOf(ports, channel, wanted));
}

const MAX_PIECE = 500;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;

/** Read in pieces, so that neither the reader nor memory is taken by one long page; more than {@link MAX_PAGE_BYTES} of payload end it early. */
async function pageOf(ports: ReadHistoryPorts, channel: Channel, wanted: PageWanted): Promise<Page> {
  const { pullMode, startSeq, endSeq, limit } = wanted;
  const up = pullMode === 1 && (startSeq > 0 || endSeq > 0);
  const pieces: (readonly Message[])[] = [];
  let left = limit;
  let bytes = 0;
  let from = startSeq;
  for (;;) {
    const query = { ch: channel.ch, pullMode, startSeq: from, endSeq, limit: Math.min(left, MAX_PIECE) };
    const { messages, more } = await ports.log.history(query);
    if (up) pieces.push(messages);
    else pieces.unshift(messages);
    left -= messages.length;
    for (const message of messages) bytes += message.payload.byteLength;
    const edge = up ? messages.at(-1) : messages[0];
    const ended = !more || left <= 0 || edge === undefined || bytes >= MAX_PAGE_BYTES;
    if (ended || (!up && edge.seq <= 1)) return { channel, messages: pieces.flat(), more: more && ended };
    from = up ? edge.seq + 1 : edge.seq - 1;
  }
}
