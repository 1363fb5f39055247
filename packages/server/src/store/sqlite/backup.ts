import { workerData, parentPort } from 'node:worker_threads';
import { DatabaseSync } from 'node:sqlite';
import { describeFault } from './faults.ts';

/** Worker of one backup: a consistent copy from one read snapshot, beside all other work. `to` must not exist. */
const { file, to } = workerData as { file: string; to: string };
try {
  const db = new DatabaseSync(file, { readOnly: true });
  db.prepare('VACUUM INTO ?').run(to);
  db.close();
  parentPort?.postMessage({ id: 0, value: 'done' });
} catch (error) {
  parentPort?.postMessage({ id: 0, fault: describeFault(error) });
}
