import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { describeFault } from './faults.ts';
import { READY } from './thread-messages.ts';

/** Worker of one backup: a consistent copy from one read snapshot, beside all other work. `to` appears, or is replaced, when the copy is whole and on disk. */
const { file, to } = workerData as { file: string; to: string };
const partial = `${to}.partial`;
try {
  rmSync(partial, { force: true });
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  db.prepare('VACUUM INTO ?').run(partial);
  db.close();
  sync(partial);
  renameSync(partial, to);
  sync(dirname(to));
  parentPort?.postMessage(READY);
} catch (error) {
  // What a full disk has left of a copy would keep it full.
  rmSync(partial, { force: true });
  parentPort?.postMessage({ ...READY, fault: describeFault(error) });
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}
