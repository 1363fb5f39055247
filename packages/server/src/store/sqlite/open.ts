import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Directory, MessageLog } from '../../domain/ports.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { type Started, ThreadClient } from './client.ts';
import { directoryOf } from './directory.ts';
import { describeFault, type FaultReport } from './faults.ts';
import { lockDataDir } from './lock.ts';
import { messageLog } from './message-log.ts';
import type { ReaderCalls } from './reader.ts';
import { MIGRATIONS } from './schema.ts';
import type { WriterCalls } from './writer.ts';

export interface SqliteStoreOptions {
  readonly dataDir: string;
  readonly cacheMb?: number;
  /** Dirty channel tails at which they begin to be written. */
  readonly epochTails?: number;
  /** Rows of them that each batch writes at least. */
  readonly epochRows?: number;
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

/** Opens `dataDir/hufu.db`, makes it when missing. Refuses with srv.data_locked, srv.data_newer or srv.store_unavailable. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Outcome<SqliteStore>> {
  const now = options.now ?? Date.now;
  try {
    mkdirSync(options.dataDir, { recursive: true });
  } catch (error) {
    return cannotOpen(describeFault(error));
  }
  const lock = lockDataDir(options.dataDir);
  if (!lock.ok) return lock;
  const file = join(options.dataDir, 'hufu.db');
  const writing = await startWriter(file, options, now);
  const reading = writing.fault === null ? await startReader(file, options) : null;
  const fault = writing.fault ?? reading?.fault ?? null;
  if (fault !== null || reading === null) {
    await Promise.all([writing.client.end(), reading?.client.end()]);
    lock.value.release();
    if (writing.newer !== null) return refuse('srv.data_newer', { found: writing.newer, known: MIGRATIONS.length });
    return cannotOpen(fault ?? { message: 'the reader did not start', sqliteCode: null });
  }
  const threads = { writer: writing.client, reader: reading.client, now };
  const { writer, reader } = threads;
  let closed = false;
  return ok({
    log: messageLog(threads),
    directory: directoryOf(threads),
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

const maxPendingOf = (options: SqliteStoreOptions): number => options.maxPending ?? 10_000;
const cacheMbOf = (options: SqliteStoreOptions): number => options.cacheMb ?? 64;

function startWriter(file: string, options: SqliteStoreOptions, now: () => number): Promise<Started> {
  return ThreadClient.start({
    url: new URL('./writer.ts', import.meta.url),
    data: () => ({
      file,
      cacheMb: cacheMbOf(options),
      epochTails: options.epochTails ?? 50_000,
      epochRows: options.epochRows ?? 64,
      dedupeMessages: options.dedupeMessages ?? 2_000_000,
      maxPages: options.maxPages ?? null,
      nowMs: now(),
    }),
    maxPending: maxPendingOf(options),
  });
}

function startReader(file: string, options: SqliteStoreOptions): Promise<Started> {
  return ThreadClient.start({
    url: new URL('./reader.ts', import.meta.url),
    data: () => ({ file, cacheMb: Math.ceil(cacheMbOf(options) / 4) }),
    maxPending: maxPendingOf(options),
  });
}

async function backupTo(file: string, toPath: string): Promise<Outcome<void>> {
  const run = await ThreadClient.start({
    url: new URL('./backup.ts', import.meta.url),
    data: () => ({ file, to: toPath }),
    maxPending: 1,
  });
  await run.client.end();
  return run.fault === null ? ok() : cannotOpen(run.fault);
}

function cannotOpen(fault: FaultReport): Outcome<never> {
  return refuse('srv.store_unavailable', { fault: fault.message, sqliteCode: fault.sqliteCode });
}
