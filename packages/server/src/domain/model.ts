/** The nouns of the domain. Users and channels carry a small integer (`u`, `ch`) given by the store once for ever; tables and hot paths use it. */

import type { Preset } from './bots/presets.ts';

export type Uid = string;
export type UserKind = 'person' | 'bot' | 'system';

export interface User {
  readonly u: number;
  readonly uid: Uid;
  readonly kind: UserKind;
  /** 10000…4294967294, never also a group's number: OneBot's `user_id`. */
  readonly numericId: number;
  readonly name: string;
  /** The account that made this bot; null for persons and for bots of the operator. */
  readonly ownerUid: Uid | null;
  readonly banned: boolean;
  /** The account may not send (WuKongIM `send_ban` of the uid's person channel). */
  readonly sendBan: boolean;
  /** Its bots may dial loopback and private addresses. */
  readonly privateTargets: boolean;
}

/** WuKongIM channel types this server knows so far. */
export const PERSON = 1;
export const GROUP = 2;

export type Role = 'owner' | 'admin' | 'member';

export interface Member {
  readonly u: number;
  readonly role: Role;
  /** Unix ms until which the member may not speak; 0 = may speak. */
  readonly mutedUntilMs: number;
  readonly joinedMs: number;
}

/** `id` of a person channel is the stored id `a@b`, of a group the channel id. */
export interface Channel {
  readonly ch: number;
  readonly id: string;
  readonly type: number;
  /** OneBot's `group_id`; 0 for person channels. */
  readonly numericId: number;
  readonly name: string;
  readonly owner: Uid | null;
  readonly ban: boolean;
  readonly disband: boolean;
  readonly sendBan: boolean;
  readonly allowStranger: boolean;
  readonly large: boolean;
  readonly createdMs: number;
}

/** All that "may the sender speak, and who hears it" needs; held in memory by the channel cache. Sets hold user integers. */
export interface ChannelState {
  channel: Channel;
  /** Subscribers of a group; the two parties of a person channel. */
  readonly members: Map<number, Member>;
  /** Group: who may not speak. Person channel: parties who blocked the other one. */
  readonly deny: Set<number>;
  /** Group: if not empty only these may speak. Person channel: parties who have the other one as friend. */
  readonly allow: Set<number>;
}

/** `flags` of a message: bits 0–2 as in the header of a frame, bits 8–15 the setting byte. */
export const FLAG_NO_PERSIST = 1;
export const FLAG_RED_DOT = 2;
export const FLAG_SYNC_ONCE = 4;

/** The fourth bit of a header, `dup`, is about one transmission and is not kept. */
export function messageFlags(header: number, setting: number): number {
  return headerOf(header) | (setting << 8);
}

export function headerOf(flags: number): number {
  return flags & (FLAG_NO_PERSIST | FLAG_RED_DOT | FLAG_SYNC_ONCE);
}

export function settingOf(flags: number): number {
  return (flags >> 8) & 0xff;
}

/**
 * `id` ≥ 1 is the stored message's rising integer (WuKongIM messageID, OneBot message_id, feed cursor); a negative id is an
 * unstored message, which goes on wires as 2^62 − id. `seq` is 0 for unstored messages.
 */
export interface Message {
  readonly id: number;
  readonly ch: number;
  readonly seq: number;
  /** User integer of the sender. */
  readonly sender: number;
  readonly clientMsgNo: string;
  readonly flags: number;
  readonly tsMs: number;
  readonly expireSeconds: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Connection that sent it, which gets no RECV of its own message; not stored, so absent on messages read back. */
  readonly origin?: string;
}

/** A message before it has a place in the log. `parties` of a person channel let the writer make both memberships with the first message. */
export interface Draft extends Omit<Message, 'id' | 'seq'> {
  readonly parties: readonly [number, number] | null;
}

export type AppendResult =
  | { readonly status: 'stored' | 'duplicate'; readonly id: number; readonly seq: number; readonly tsMs: number }
  | { readonly status: 'conflict' };

/** Stored credential kinds. `hash` is a keyed HMAC-SHA-256 (32 bytes) of the value. */
export interface DeviceToken {
  readonly uid: Uid;
  readonly deviceFlag: number;
  readonly deviceLevel: 0 | 1;
  /** Zero length = emptied by device_quit: matches nothing. */
  readonly hash: Uint8Array;
  readonly createdMs: number;
  /** null while current; else the moment a newer token replaced it (the last 3 are kept). */
  readonly supersededMs: number | null;
}

/** A browser session of a person (`kind: person`) or of an operator. */
export interface Session {
  readonly hash: Uint8Array;
  readonly kind: 'person' | 'operator';
  readonly uid: Uid;
  readonly createdMs: number;
  readonly expiresMs: number;
}

/** One configured OneBot client of a bot. */
export interface BotClient {
  readonly id: string;
  readonly botUid: Uid;
  readonly name: string;
  readonly kind: 'forward' | 'reverse';
  readonly url: string | null;
  /** forward: HMAC of the token it must present. */
  readonly tokenHash: Uint8Array | null;
  /** reverse: the token we present, sealed under the master key. */
  readonly sealedToken: Uint8Array | null;
  readonly format: 'array' | 'string';
  readonly heartbeatMs: number;
  readonly queryToken: boolean;
  readonly replayMaxEvents: number;
  readonly replayMaxAgeSeconds: number;
  readonly enabled: boolean;
  /** The framework it is for, if that is known. */
  readonly preset: Preset | null;
  /** The retcode of an asynchronous call; that of the preset when absent. */
  readonly asyncRetcode?: 0 | 1;
  /** Which actions it may call, `*` for any letters; absent = all. */
  readonly actions?: readonly string[];
  /** true: declared in hufu.yaml, not stored. */
  readonly fromFile: boolean;
}

/** What has changed beside messages; published after the commit, in commit order. Applying one twice changes nothing. */
export type Change =
  | { readonly kind: 'user.saved'; readonly user: User }
  | { readonly kind: 'channel.saved'; readonly channel: Channel }
  | { readonly kind: 'members.added'; readonly ch: number; readonly members: readonly Member[]; readonly actor: Uid | null }
  /** Members who are there already got another role. */
  | { readonly kind: 'members.role'; readonly ch: number; readonly members: readonly Member[]; readonly actor: Uid | null }
  | { readonly kind: 'members.removed'; readonly ch: number; readonly users: readonly number[]; readonly actor: Uid | null }
  | {
      readonly kind: 'list.added' | 'list.removed';
      readonly ch: number;
      readonly list: 'deny' | 'allow';
      readonly users: readonly number[];
    }
  | { readonly kind: 'list.set'; readonly ch: number; readonly list: 'deny' | 'allow'; readonly users: readonly number[] }
  | { readonly kind: 'token.saved'; readonly uid: Uid; readonly deviceFlag: number; readonly deviceLevel: 0 | 1 }
  | { readonly kind: 'read.moved'; readonly ch: number; readonly u: number; readonly readSeq: number }
  | { readonly kind: 'botClient.saved' | 'botClient.removed'; readonly client: BotClient };
