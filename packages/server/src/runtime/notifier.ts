import type { ChannelStates } from '../domain/channels/channel-states.ts';
import { peerOf } from '../domain/channels/channel-id.ts';
import { type Change, type Channel, GROUP, PERSON } from '../domain/model.ts';
import type { Users } from '../domain/users/users.ts';
import type { Hub } from './hub.ts';
import type { Notification } from './session.ts';

/** Tells pages what has changed beside messages, so that they need not ask. */
export class Notifier {
  readonly #hub: Hub;
  readonly #channels: ChannelStates;
  readonly #users: Users;

  constructor(hub: Hub, channels: ChannelStates, users: Users) {
    this.#hub = hub;
    this.#channels = channels;
    this.#users = users;
  }

  toUser(uid: string, notification: Notification): void {
    const user = this.#users.peek(uid);
    if (user !== undefined) this.#toInt(user.u, notification);
  }

  onChanges(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'members.added' || change.kind === 'members.role')
        this.#membership(
          change.ch,
          change.members.map((member) => member.u),
        );
      else if (change.kind === 'members.removed') this.#membership(change.ch, change.users);
      else if (change.kind === 'read.moved') this.#readMoved(change);
    }
  }

  /** The reader's other pages take the unread number off, too. */
  #readMoved({ ch, u, readSeq }: Extract<Change, { kind: 'read.moved' }>): void {
    const state = this.#channels.peekInt(ch);
    const reader = this.#users.peekInt(u);
    const where =
      state === undefined || reader === undefined
        ? {}
        : { channelId: nameFor(reader.uid, state.channel), channelType: state.channel.type, readSeq };
    this.#toInt(u, { type: 'conversation.changed', data: where });
  }

  /** Those who came or left, and everybody who is in it. */
  #membership(ch: number, users: readonly number[]): void {
    const state = this.#channels.peekInt(ch);
    if (state !== undefined && state.channel.type !== GROUP) return;
    const notification = { type: 'member.changed', data: { channelId: state?.channel.id ?? '', channelType: GROUP } };
    for (const u of new Set([...users, ...(state?.members.keys() ?? [])])) this.#toInt(u, notification);
  }

  #toInt(u: number, notification: Notification): void {
    for (const session of this.#hub.sessionsOf(u)) session.notify(notification);
  }
}

/** A person channel is seen as its other party. */
function nameFor(uid: string, channel: Channel): string {
  return channel.type === PERSON ? (peerOf(channel.id, uid) ?? channel.id) : channel.id;
}
