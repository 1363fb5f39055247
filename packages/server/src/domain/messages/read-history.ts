import { ok, type Outcome } from '../../kernel/outcome.ts';
import { type ChannelName, findMemberChannel, type FindChannelPorts } from '../channels/find-channel.ts';
import { type Channel, GROUP, type Message, type User } from '../model.ts';
import type { Directory, HistoryQuery, MessageLog } from '../ports.ts';
import { storedChannelId } from './send-message.ts';

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
  const channel = await ports.directory.channel(wanted.channelType, id.value);
  return ok(channel === null ? EMPTY : await pageOf(ports, channel, wanted));
}

async function pageOf(ports: ReadHistoryPorts, channel: Channel, wanted: PageWanted): Promise<Page> {
  const { pullMode, startSeq, endSeq, limit } = wanted;
  const { messages, more } = await ports.log.history({ ch: channel.ch, pullMode, startSeq, endSeq, limit });
  return { channel, messages, more };
}

/** The addressee of a message in a person channel is the party that did not send it; a group's messages carry the group id. */
export function addresseeOf(channel: Channel, senderUid: string): string {
  if (channel.type === GROUP) return channel.id;
  const [first = '', second = ''] = channel.id.split('@');
  return first === senderUid ? second : first;
}
