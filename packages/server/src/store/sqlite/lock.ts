import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';

/**
 * One server a data folder. The operating system's lock on `hufu.lock` decides: it ends with its process, however that dies, and holds
 * between containers that all are pid 1. `hufu.pid` only tells whom a second start should name.
 */
export function lockDataDir(dataDir: string): Outcome<{ release(): void }> {
  const pidFile = join(dataDir, 'hufu.pid');
  const db = new DatabaseSync(join(dataDir, 'hufu.lock'), { timeout: 0 });
  try {
    db.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
  } catch {
    db.close();
    let pid = 0;
    try {
      pid = Number(readFileSync(pidFile, 'utf8').trim());
    } catch {
      // The holder has not written it yet.
    }
    return refuse('srv.data_locked', { dataDir, pid });
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return ok({
    release(): void {
      rmSync(pidFile, { force: true });
      db.close();
    },
  });
}
