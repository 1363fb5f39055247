import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AppendResult, Message } from '../../domain/model.ts';
import type { ConversationRow, Directory, MessageLog } from '../../domain/ports.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { packDrafts, unpackMessages, unpackResults } from './batch-codec.ts';
import { StoreFault, ThreadClient } from './client.ts';
import type { stateCommands } from './channel-state.ts';
import type { DirectoryCommands } from './directory-commands.ts';
import { storeUnavailable } from './faults.ts';
import { lockDataDir } from './lock.ts';
import type { ReaderCalls } from './reader.ts';
import { MIGRATIONS } from './schema.ts';
import type { WriterCalls } from './writer.ts';

export interface SqliteStoreOptions {
  readonly dataDir: string;
  readonly cacheMb?: number;
  /** Dirty channel tails at which they begin to be written. */
  readonly epochTails?: number;
  readonly dedupeMessages?: number;
  /** Upper bound of the database in pages of 4 KiB. */
  readonly maxPages?: number;
  /** Append batches and commands that may wait for the disk, and reads that may wait for the reader. */
  readonly maxPending?: number;
  readonly now?: () => number;
}

export interface SqliteStore {
  readonly log: MessageLog;
  readonly directory: Directory;
  /** Writes a consistent copy while the store works; an existing file is replaced. */
  backup(toPath: string): Promise<Outcome<void>>;
  /** Changes the upper bound of the database, in pages of 4 KiB. */
  limitPages(pages: number): Promise<void>;
  stats(): Promise<ReturnType<WriterCalls['stats']>>;
  close(): Promise<void>;
}

type Commands = DirectoryCommands & ReturnType<typeof stateCommands>;

/** Opens `dataDir/hufu.db`, makes it when missing. Refuses with srv.data_locked, srv.data_newer or srv.store_unavailable. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Outcome<SqliteStore>> {
  const now = options.now ?? Date.now;
  const maxPending = options.maxPending ?? 10_000;
  const cacheMb = options.cacheMb ?? 64;
  mkdirSync(options.dataDir, { recursive: true });
  const lock = lockDataDir(options.dataDir);
  if (!lock.ok) return lock;
  const file = join(options.dataDir, 'hufu.db');
  const started = await ThreadClient.start(
    new URL('./writer.ts', import.meta.url),
    {
      file,
      cacheMb,
      epochTails: options.epochTails ?? 50_000,
      dedupeMessages: options.dedupeMessages ?? 2_000_000,
      maxPages: options.maxPages ?? null,
      nowMs: now(),
    },
    maxPending,
  );
  const writer = started.client;
  const reading =
    started.fault === null
      ? await ThreadClient.start(new URL('./reader.ts', import.meta.url), { file, cacheMb: Math.ceil(cacheMb / 4) }, maxPending)
      : null;
  const fault = started.fault ?? reading?.fault ?? null;
  if (fault !== null || reading === null) {
    await Promise.all([writer.end(), reading?.client.end()]);
    lock.value.release();
    if (started.newer !== null) return refuse('srv.data_newer', { found: started.newer, known: MIGRATIONS.length });
    return storeUnavailable(fault ?? { message: 'the reader did not start', sqliteCode: null });
  }
  const reader = reading.client;
  const log = messageLog(writer, reader, now);
  let closed = false;
  return ok({
    log,
    directory: directoryOf(writer, reader, now),
    backup: (toPath) => backupTo(file, toPath),
    limitPages: (pages) => writer.call<WriterCalls, 'limitPages'>('limitPages', pages),
    stats: () => writer.call<WriterCalls, 'stats'>('stats'),
    async close() {
      if (closed) return;
      closed = true;
      await reader.call<ReaderCalls, 'close'>('close').catch(() => undefined);
      await writer.call<WriterCalls, 'close'>('close').catch(() => undefined);
      await Promise.all([writer.end(), reader.end()]);
      lock.value.release();
    },
  });
}

async function backupTo(file: string, toPath: string): Promise<Outcome<void>> {
  const partial = `${toPath}.partial`;
  rmSync(partial, { force: true });
  const run = await ThreadClient.start(new URL('./backup.ts', import.meta.url), { file, to: partial }, 1);
  await run.client.end();
  if (run.fault !== null) return storeUnavailable(run.fault);
  renameSync(partial, toPath);
  return ok();
}

async function tailsOf(
  writer: ThreadClient,
  reader: ThreadClient,
  u: number,
): Promise<{ ch: number; lastSeq: number; lastId: number; readSeq: number }[]> {
  const table = await reader.call<ReaderCalls, 'tailsOf'>('tailsOf', u);
  const overlay = await writer.call<WriterCalls, 'overlay'>(
    'overlay',
    table.filter((_, i) => i % 4 === 0),
    u,
  );
  const fresh = new Map<number, number>();
  for (let i = 0; i < overlay.length; i += 4) fresh.set(overlay[i] ?? 0, i);
  const tails = [];
  for (let i = 0; i < table.length; i += 4) {
    const at = fresh.get(table[i] ?? 0) ?? -1;
    const newer = (k: number): number => Math.max(table[i + k] ?? 0, at < 0 ? 0 : (overlay[at + k] ?? 0));
    tails.push({ ch: table[i] ?? 0, lastSeq: newer(1), lastId: newer(2), readSeq: newer(3) });
  }
  return tails;
}

function messageLog(writer: ThreadClient, reader: ThreadClient, now: () => number): MessageLog {
  return {
    async append(batch): Promise<Outcome<readonly AppendResult[]>> {
      if (batch.length === 0) return ok([]);
      if (writer.full) return refuse('srv.overloaded', { waiting: 'append' }, 1);
      return attempt(async () => ok(unpackResults((await writer.append(packDrafts(batch), now())) as Float64Array)));
    },
    lastId: () => writer.call<WriterCalls, 'lastId'>('lastId'),
    range: async (fromId, toId, limit) => unpackMessages(await reader.call<ReaderCalls, 'range'>('range', fromId, toId, limit)),
    byId: async (id) => unpackMessages(await reader.call<ReaderCalls, 'byIds'>('byIds', [id]))[0] ?? null,
    async history(query) {
      const overlay = await writer.call<WriterCalls, 'overlay'>('overlay', Float64Array.of(query.ch), 0);
      const hint =
        overlay.length > 0
          ? { ch: query.ch, lastSeq: overlay[1] ?? 0, lastId: overlay[2] ?? 0 }
          : await reader.call<ReaderCalls, 'tableTail'>('tableTail', query.ch);
      const page = await reader.call<ReaderCalls, 'history'>('history', query, hint);
      return { messages: unpackMessages(page.packed), more: page.more };
    },
    lastSeq: (ch) => writer.call<WriterCalls, 'lastSeq'>('lastSeq', ch),
    async feed(u, cursor, limit) {
      const tails = (await tailsOf(writer, reader, u)).filter((t) => t.lastId > cursor);
      if (tails.length === 0) return [];
      return unpackMessages(
        await reader.call<ReaderCalls, 'feed'>(
          'feed',
          u,
          cursor,
          limit,
          Float64Array.from(tails.flatMap((t) => [t.ch, t.lastSeq, t.lastId])),
        ),
      );
    },
  };
}

/** Faults of the store become refusals; anything else is a bug and goes on. */
async function attempt<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreFault) return storeUnavailable(error.fault);
    throw error;
  }
}

function directoryOf(writer: ThreadClient, reader: ThreadClient, now: () => number): Directory {
  const read = <K extends keyof ReaderCalls & string>(
    op: K,
    ...args: Parameters<ReaderCalls[K]>
  ): Promise<ReturnType<ReaderCalls[K]>> => reader.call<ReaderCalls, K>(op, ...args);
  const run = <K extends keyof Commands & string>(op: K, ...args: Parameters<Commands[K]>): Promise<ReturnType<Commands[K]>> =>
    writer.command<Commands, K>(op, ...args);
  return {
    ensureUser: (user) => attempt(() => run('ensureUser', user)),
    saveUser: (uid, patch) => attempt(() => run('saveUser', uid, patch)),
    user: (uid) => read('user', uid),
    userByNumber: (n) => read('userByNumber', n),
    usersByInt: (users) => read('usersByInt', users),
    usersOwnedBy: (uid) => read('usersOwnedBy', uid),
    bots: () => read('bots'),
    ensureChannel: (channel) => attempt(() => run('ensureChannel', channel, now())),
    channel: (type, id) => read('channel', type, id),
    channelByNumber: (n) => read('channelByNumber', n),
    loadState: (type, id) => run('loadState', type, id, now()),
    loadStateByInt: (ch) => run('loadStateByInt', ch),
    groupsOf: (u) => read('groupsOf', u),
    addMembers: (ch, members, how) => attempt(() => run('addMembers', ch, members, how, now())),
    removeMembers: (ch, users, actor) => attempt(() => run('removeMembers', ch, users, actor)),
    editList: (ch, list, edit, users) => attempt(() => run('editList', ch, list, edit, users)),
    friendsOf: (u) => read('friendsOf', u),
    async conversations(u, limit): Promise<readonly ConversationRow[]> {
      const tails = (await tailsOf(writer, reader, u)).sort((a, b) => b.lastId - a.lastId || b.ch - a.ch).slice(0, limit);
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
