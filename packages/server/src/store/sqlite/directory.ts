import type { Message } from '../../domain/model.ts';
import type { ConversationRow, Directory } from '../../domain/ports.ts';
import { unpackMessages } from './page-codec.ts';
import type { stateCommands } from './channel-state.ts';
import { attempt } from './client.ts';
import type { DirectoryCommands } from './directory-commands.ts';
import { tailsOf, type Threads } from './message-log.ts';
import type { ReaderCalls } from './reader.ts';

type Commands = DirectoryCommands & ReturnType<typeof stateCommands>;

/** Reads go to the reader thread, everything that changes or must not miss a change to the writer. */
export function directoryOf(threads: Threads): Directory {
  const { writer, reader, now } = threads;
  const read = <K extends keyof ReaderCalls & string>(
    op: K,
    ...args: Parameters<ReaderCalls[K]>
  ): Promise<ReturnType<ReaderCalls[K]>> => reader.call<ReaderCalls, K>(op, ...args);
  const run = <K extends keyof Commands & string>(op: K, ...args: Parameters<Commands[K]>): Promise<ReturnType<Commands[K]>> =>
    writer.command<Commands, K>(op, ...args);
  return {
    ensureUser: (user) => attempt(() => run('ensureUser', user)),
    ensurePeople: (uids) => attempt(() => run('ensurePeople', uids)),
    saveUser: (uid, patch) => attempt(() => run('saveUser', uid, patch)),
    user: (uid) => read('user', uid),
    userByNumber: (n) => read('userByNumber', n),
    usersByInt: (users) => read('usersByInt', users),
    usersOwnedBy: (uid) => read('usersOwnedBy', uid),
    ensureChannel: (channel) => attempt(() => run('ensureChannel', channel, now())),
    channel: (type, id) => read('channel', type, id),
    channelByNumber: (n) => read('channelByNumber', n),
    loadState: (type, id) => run('loadState', type, id, now()),
    loadStateByInt: (ch) => run('loadStateByInt', ch),
    groupsOf: (u) => read('groupsOf', u),
    addMembers: (ch, members, how) => attempt(() => run('addMembers', ch, members, how, now())),
    removeMembers: (ch, users, actor) => attempt(() => run('removeMembers', ch, users, actor)),
    setRoles: (ch, roles, actor) => attempt(() => run('setRoles', ch, roles, actor)),
    editList: (ch, list, edit, users) => attempt(() => run('editList', ch, list, edit, users, now())),
    editPersonList: (owner, list, edit, ids) => attempt(() => run('editPersonList', owner, list, edit, ids, now())),
    groupList: (ch, list) => read('groupList', ch, list),
    personList: (owner, list) => read('personList', owner, list),
    friendsOf: (u) => read('friendsOf', u),
    async conversations(u, limit): Promise<readonly ConversationRow[]> {
      const tails = (await tailsOf(threads, u)).sort((a, b) => b.lastId - a.lastId || b.ch - a.ch).slice(0, limit);
      const [channels, packed] = await Promise.all([
        read(
          'channelsByInt',
          tails.map((t) => t.ch),
        ),
        read(
          'byIds',
          tails.map((t) => t.lastId).filter((id) => id > 0),
        ),
      ]);
      const byInt = new Map(channels.map((c) => [c.ch, c]));
      const lasts = new Map<number, Message>(unpackMessages(packed).map((m) => [m.ch, m]));
      return tails.flatMap((t) => {
        const channel = byInt.get(t.ch);
        if (channel === undefined) return [];
        return [
          {
            channel,
            lastSeq: t.lastSeq,
            readSeq: t.readSeq,
            unread: Math.max(0, t.lastSeq - t.readSeq),
            last: lasts.get(t.ch) ?? null,
          },
        ];
      });
    },
    moveRead: (ch, u, seq) => attempt(() => run('moveRead', ch, u, seq)),
    saveDeviceToken: (token) => attempt(() => run('saveDeviceToken', token, now())),
    deviceTokens: (uid) => read('deviceTokens', uid),
    deviceTokensByHash: (hash) => read('deviceTokensByHash', hash),
    savePassword: (uid, verifier) => attempt(() => run('savePassword', uid, verifier)),
    password: (uid) => read('password', uid),
    saveSession: (session) => attempt(() => run('saveSession', session, now())),
    sessionByHash: (hash) => read('sessionByHash', hash),
    removeSession: (hash) => attempt(() => run('removeSession', hash)),
    saveBotClient: (client) => attempt(() => run('saveBotClient', client)),
    removeBotClient: (id) => attempt(() => run('removeBotClient', id)),
    botClients: () => read('botClients'),
    cursor: (name) => read('cursor', name),
    saveCursors: (cursors) => attempt(() => run('saveCursors', cursors)),
    setting: (key) => read('setting', key),
    saveSetting: (key, value) => attempt(() => run('saveSetting', key, value)),
  };
}
