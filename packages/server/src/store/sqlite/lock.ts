import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { describeFault } from './faults.ts';

const SQLITE_BUSY = 5;

/**
 * One server a data folder. The operating system's lock on `hufu.lock` decides: it ends with its process, however that dies, and holds
 * between containers that all are pid 1. `hufu.pid` only tells whom a second start should name.
 */
export function lockDataDir(dataDir: string): Outcome<{ release(): void }> {
  const pidFile = join(dataDir, 'hufu.pid');
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(join(dataDir, 'hufu.lock'), { timeout: 0 });
    db.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    const { message, sqliteCode } = describeFault(error);
    if (sqliteCode !== null && (sqliteCode & 0xff) === SQLITE_BUSY)
      return refuse('srv.data_locked', { dataDir, pid: pidIn(pidFile) });
    return refuse('srv.store_unavailable', { dataDir, fault: message, sqliteCode });
  }
  const held = db;
  attempt(() => writeFileSync(pidFile, `${process.pid}\n`));
  return ok({
    release(): void {
      attempt(() => rmSync(pidFile, { force: true }));
      held.close();
    },
  });
}

/** 0 when the holder has not written it yet. */
function pidIn(pidFile: string): number {
  let pid = 0;
  attempt(() => {
    pid = Number(readFileSync(pidFile, 'utf8').trim());
  });
  return pid;
}

/** The pid file is a courtesy: on a full disk the lock holds without it. */
function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // Nothing depends on it.
  }
}
