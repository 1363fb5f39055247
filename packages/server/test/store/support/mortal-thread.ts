import { parentPort, workerData } from 'node:worker_threads';
import { READY, type Request } from '../../../src/store/sqlite/thread-messages.ts';

/** A store thread that answers which of its lives this is, and dies when it is told to. */
const { life } = workerData as { life: number };
parentPort?.on('message', (request: Request) => {
  if (request.kind !== 'call') return;
  if (request.call.op === 'die') process.exit(1);
  parentPort?.postMessage({ id: request.id, value: life });
});
parentPort?.postMessage(READY);
