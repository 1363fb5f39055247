import { parentPort, workerData } from 'node:worker_threads';
import { describeFault } from './faults.ts';
import { directoryQueries } from './directory-queries.ts';
import { logQueries } from './log-queries.ts';
import { openForReading } from './schema.ts';
import { statementsOf } from './statements.ts';
import { invoke, READY, type Request } from './thread-messages.ts';

/** Worker thread with a read-only connection: each call sees every commit that was answered before it. */
export interface ReaderOptions {
  readonly file: string;
  readonly cacheMb: number;
}

function startReader(options: ReaderOptions) {
  const db = openForReading(options.file, options.cacheMb);
  const sql = statementsOf(db);
  return { ...logQueries(sql), ...directoryQueries(sql), close: (): void => db.close() };
}

export type ReaderCalls = ReturnType<typeof startReader>;

const port = parentPort;
if (port !== null) {
  try {
    const reader = startReader(workerData as ReaderOptions);
    port.on('message', (request: Request) => {
      try {
        if (request.kind === 'call') port.postMessage({ id: request.id, value: invoke(reader, request.call) });
      } catch (error) {
        port.postMessage({ id: request.id, fault: describeFault(error) });
      }
    });
    port.postMessage(READY);
  } catch (error) {
    port.postMessage({ ...READY, fault: describeFault(error) });
    port.close();
  }
}
