import { parentPort, workerData } from 'node:worker_threads';
import { BatchCommitter } from './commit-batch.ts';
import { DedupeTable } from './dedupe.ts';
import { directoryCommands } from './directory-commands.ts';
import { stateCommands } from './channel-state.ts';
import { describeFault } from './faults.ts';
import { MIGRATIONS, NewerDatabaseError, openForWriting } from './schema.ts';
import { statementsOf } from './statements.ts';
import { Tails } from './tails.ts';
import { type Call, type CommandReply, invoke, READY, type Request } from './thread-messages.ts';

/** Worker thread: the only writer of the database. */
export interface WriterOptions {
  readonly file: string;
  readonly cacheMb: number;
  readonly epochTails: number;
  readonly epochRows: number;
  readonly maxPages: number | null;
  readonly dedupeMessages: number;
  readonly nowMs: number;
}

function startWriter(options: WriterOptions) {
  const db = openForWriting(options.file, MIGRATIONS, {
    cacheMb: options.cacheMb,
    maxPages: options.maxPages,
    synchronous: 'FULL',
  });
  const { epochTails, epochRows } = options;
  const tails = new Tails(db, { epochTails, maxTails: epochTails * 4, epochRows }, options.nowMs);
  const dedupe = new DedupeTable(db, options.dedupeMessages, options.nowMs);
  const committer = new BatchCommitter(db, tails, dedupe);
  const context = { sql: statementsOf(db), tails };
  const directory = directoryCommands(context);
  const commands = { ...directory, ...stateCommands(context, directory) };

  function runCommands(calls: readonly Call[]): CommandReply[] {
    try {
      db.exec('BEGIN IMMEDIATE');
      const replies = calls.map((call): CommandReply => {
        db.exec('SAVEPOINT command');
        try {
          const value = invoke(commands, call);
          db.exec('RELEASE command');
          return { value };
        } catch (error) {
          // A fault of the disk may have ended the whole transaction: then nothing of this group stands.
          if (!db.isTransaction) throw error;
          db.exec('ROLLBACK TO command; RELEASE command');
          return { fault: describeFault(error) };
        }
      });
      db.exec('COMMIT');
      return replies;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      return calls.map(() => ({ fault: describeFault(error) }));
    }
  }

  const calls = {
    lastId: (): number => committer.lastId,
    lastSeq: (ch: number): number => tails.peek(ch).seq,
    /** [ch, lastSeq, lastId, readSeq of u] of those channels whose tail may be newer here than in the tables. */
    overlay(channels: Float64Array, u: number): Float64Array {
      const out: number[] = [];
      for (const ch of channels) {
        const tail = tails.inMemory(ch);
        if (tail !== undefined) out.push(ch, tail.seq, tail.id, tail.readers?.get(u) ?? 0);
      }
      return Float64Array.from(out);
    },
    limitPages(pages: number): void {
      db.exec(`PRAGMA max_page_count=${Math.trunc(pages)}`);
    },
    stats: () => ({
      lastId: committer.lastId,
      ...tails.stats(),
      ...dedupe.stats(),
      cpuUs: process.threadCpuUsage(),
      totalChanges: Number(context.sql('SELECT total_changes() n').get()?.['n']),
      pages: Number(context.sql('PRAGMA page_count').get()?.['page_count']),
    }),
    close(): void {
      try {
        db.exec('BEGIN IMMEDIATE');
        tails.writeAll(committer.lastId);
        db.exec('COMMIT');
      } finally {
        // When the disk is full the fold stays in the log: the next start reads it from there.
        db.close();
      }
    },
  };
  return { committer, runCommands, calls };
}

export type WriterCalls = ReturnType<typeof startWriter>['calls'];

const port = parentPort;
if (port !== null) {
  try {
    const writer = startWriter(workerData as WriterOptions);
    port.on('message', (request: Request) => {
      try {
        if (request.kind === 'append') {
          const value = writer.committer.commitBatch(request.packed, request.nowMs);
          port.postMessage({ id: request.id, value }, [value.buffer]);
        } else if (request.kind === 'commands') port.postMessage({ id: request.id, value: writer.runCommands(request.commands) });
        else port.postMessage({ id: request.id, value: invoke(writer.calls, request.call) });
      } catch (error) {
        port.postMessage({ id: request.id, fault: describeFault(error) });
      }
    });
    port.postMessage(READY);
  } catch (error) {
    port.postMessage({ fault: describeFault(error), newer: error instanceof NewerDatabaseError ? error.found : null });
    port.close();
  }
}
