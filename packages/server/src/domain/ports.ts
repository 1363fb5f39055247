import type { Outcome } from '../kernel/outcome.ts';
import type {
  AppendResult,
  BotClient,
  Change,
  Channel,
  ChannelState,
  DeviceToken,
  Draft,
  Message,
  Role,
  Session,
  Uid,
  User,
  UserKind,
} from './model.ts';

/** A mutation answers its value and the changes it committed; the caller publishes them on the bus. */
export interface Committed<T> {
  readonly value: T;
  readonly changes: readonly Change[];
}

export interface HistoryQuery {
  readonly ch: number;
  /** 0 = older than `start` (or the newest when start = end = 0), 1 = newer: seq in [start, end). Answers are ascending. */
  readonly pullMode: 0 | 1;
  readonly startSeq: number;
  readonly endSeq: number;
  readonly limit: number;
}

/** The log. `append` promises: positions become visible in order, and an answer means the batch is on disk. */
export interface MessageLog {
  append(batch: readonly Draft[]): Promise<Outcome<readonly AppendResult[]>>;
  /** The highest id on disk (0 = none). */
  lastId(): Promise<number>;
  /** Messages with fromId < id ≤ toId, ascending, at most `limit`. */
  range(fromId: number, toId: number, limit: number): Promise<readonly Message[]>;
  byId(id: number): Promise<Message | null>;
  history(query: HistoryQuery): Promise<{ readonly messages: readonly Message[]; readonly more: boolean }>;
  lastSeq(ch: number): Promise<number>;
  /** Messages with id > cursor in the channels that user `u` is a member of, not sent by `u`, ascending by id, at most `limit`; opens only channels whose last id > cursor. */
  feed(u: number, cursor: number, limit: number): Promise<readonly Message[]>;
}

export interface ConversationRow {
  readonly channel: Channel;
  readonly lastSeq: number;
  readonly readSeq: number;
  /** lastSeq − readSeq; sending a message moves readSeq to it. */
  readonly unread: number;
  readonly last: Message | null;
}

export interface ListEntry {
  readonly u: number;
  readonly uid: Uid;
  readonly createdMs: number;
}

export interface NewUser {
  readonly uid: Uid;
  readonly kind: UserKind;
  readonly name?: string;
  readonly ownerUid?: Uid | null;
  readonly privateTargets?: boolean;
}
export interface NewChannel {
  readonly id: string;
  readonly type: number;
  readonly name?: string;
  readonly owner?: Uid | null;
  readonly ban?: boolean;
  readonly disband?: boolean;
  readonly sendBan?: boolean;
  readonly allowStranger?: boolean;
  readonly large?: boolean;
}

/** Accounts, channels, members, lists, credentials, bots, cursors. Reads see every commit that was answered before them. */
export interface Directory {
  /** Makes the user when missing; an existing one keeps kind and number (name is set when given). */
  ensureUser(user: NewUser): Promise<Outcome<Committed<User>>>;
  /** Makes persons of those uids that are no accounts yet, in one commit; answers all of them in the order given. */
  ensurePeople(uids: readonly Uid[]): Promise<Outcome<Committed<readonly User[]>>>;
  saveUser(
    uid: Uid,
    patch: Partial<Pick<User, 'name' | 'banned' | 'sendBan' | 'privateTargets'>>,
  ): Promise<Outcome<Committed<User>>>;
  user(uid: Uid): Promise<User | null>;
  userByNumber(numericId: number): Promise<User | null>;
  usersByInt(users: readonly number[]): Promise<readonly User[]>;
  usersOwnedBy(ownerUid: Uid): Promise<readonly User[]>;

  /** Makes the channel when missing; given fields overwrite, absent ones keep (or take the default of a new one). */
  ensureChannel(channel: NewChannel): Promise<Outcome<Committed<Channel>>>;
  channel(type: number, id: string): Promise<Channel | null>;
  channelByNumber(numericId: number): Promise<Channel | null>;
  /** Read on the writer, so that it falls between two commits and no change is missed. For type 1 `id` is `a@b`; makes the row of a person channel when both users exist. */
  loadState(type: number, id: string): Promise<ChannelState | null>;
  loadStateByInt(ch: number): Promise<ChannelState | null>;
  groupsOf(u: number): Promise<readonly Channel[]>;
  /** `joinedSeq` and `readSeq` of a new member are the channel's last seq. `reset` removes the others first. */
  addMembers(
    ch: number,
    members: readonly { u: number; role: Role }[],
    options: { reset: boolean; actor: Uid | null },
  ): Promise<Outcome<Committed<readonly number[]>>>;
  /** Removing the owner leaves the group without one; so does a reset that does not keep them. */
  removeMembers(ch: number, users: readonly number[], actor: Uid | null): Promise<Outcome<Committed<readonly number[]>>>;
  /** Gives each member the role named, up or down; anybody else is skipped. */
  setRoles(ch: number, roles: readonly { u: number; role: Role }[], actor: Uid | null): Promise<Outcome<Committed<void>>>;
  /** Deny and allow lists of a group. On a person channel: the parties who block, or befriend, the other one. */
  editList(
    ch: number,
    list: 'deny' | 'allow',
    edit: 'add' | 'remove' | 'set',
    users: readonly number[],
  ): Promise<Outcome<Committed<void>>>;
  /** A person's list, in one commit. `channelIds`: the person channels of `owner` with those who are added or removed; missing ones are made. */
  editPersonList(
    owner: number,
    list: 'deny' | 'allow',
    edit: 'add' | 'remove',
    channelIds: readonly string[],
  ): Promise<Outcome<Committed<void>>>;
  /** Who is on a group's list, in the order they came. */
  groupList(ch: number, list: 'deny' | 'allow'): Promise<readonly ListEntry[]>;
  /** Whom a person has put on their list, in the order they came. */
  personList(owner: number, list: 'deny' | 'allow'): Promise<readonly ListEntry[]>;
  /** Friends: persons in whose person channel both parties allow each other, or whom `u` allows. */
  friendsOf(u: number): Promise<readonly User[]>;
  conversations(u: number, limit: number): Promise<readonly ConversationRow[]>;
  moveRead(ch: number, u: number, readSeq: number): Promise<Outcome<Committed<number>>>;

  saveDeviceToken(token: Pick<DeviceToken, 'uid' | 'deviceFlag' | 'deviceLevel' | 'hash'>): Promise<Outcome<Committed<void>>>;
  /** Current and superseded tokens of a uid, every flag. */
  deviceTokens(uid: Uid): Promise<readonly DeviceToken[]>;
  deviceTokensByHash(hash: Uint8Array): Promise<readonly DeviceToken[]>;
  /** Password verifier text as made by policy (`argon2id$…`). Ends the sessions of the account, which were opened with another one. */
  savePassword(uid: Uid, verifier: string): Promise<Outcome<void>>;
  password(uid: Uid): Promise<string | null>;
  saveSession(session: Session): Promise<Outcome<void>>;
  sessionByHash(hash: Uint8Array): Promise<Session | null>;
  removeSession(hash: Uint8Array): Promise<Outcome<void>>;

  saveBotClient(client: BotClient): Promise<Outcome<Committed<BotClient>>>;
  removeBotClient(id: string): Promise<Outcome<Committed<void>>>;
  botClients(): Promise<readonly BotClient[]>;

  /** Feed cursors by reader name (`bot:<uid>:<client name>`). */
  cursor(reader: string): Promise<number | null>;
  saveCursors(cursors: readonly { reader: string; messageId: number }[]): Promise<Outcome<void>>;

  setting(key: string): Promise<string | null>;
  saveSetting(key: string, value: string): Promise<Outcome<void>>;
}

export interface StoredFile {
  readonly id: string;
  readonly mime: string;
  readonly size: number;
  readonly name: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
}
/** Files on disk, addressed by an unguessable id. */
export interface FileStore {
  save(bytes: Uint8Array, name: string): Promise<Outcome<StoredFile>>;
  open(id: string): Promise<StoredFile | null>;
}

/** Published after each commit: the batch, whose ids are exactly fromId < id ≤ toId. */
export interface Stored {
  readonly fromId: number;
  readonly toId: number;
  readonly batch: readonly Message[];
}
export interface Bus {
  publishStored(stored: Stored): void;
  publishChanges(changes: readonly Change[]): void;
  onStored(listener: (stored: Stored) => void): () => void;
  onChanges(listener: (changes: readonly Change[]) => void): () => void;
}
