import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { startServer } from './lib/server.ts';
import { runTraffic, type TrafficResult } from './lib/traffic.ts';

/**
 * What a flood of refused connects does to messages: `node bench/flood.ts [--rate 2000] [--strangers 16] [--duration 8]`. The same paced load
 * twice, alone and beside strangers who connect with a wrong token as fast as they are refused.
 */
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '2000' },
    strangers: { type: 'string', default: '16' },
    duration: { type: 'string', default: '8' },
  },
});
const options = {
  pairs: 100,
  window: 1,
  perSecond: Number(values.rate),
  warmUpSeconds: 1,
  seconds: Number(values.duration),
  payloadBytes: 128,
};

async function measure(strangers: number): Promise<{ traffic: TrafficResult; refusedPerSecond: number }> {
  const server = await startServer();
  const flood =
    strangers === 0
      ? null
      : new Worker(new URL('./lib/flood.ts', import.meta.url), { workerData: { tcp: server.tcp, strangers } });
  const startedMs = performance.now();
  const traffic = await runTraffic(server, options);
  const seconds = (performance.now() - startedMs) / 1000;
  let refused = 0;
  if (flood !== null) {
    flood.postMessage('stop');
    [refused] = (await once(flood, 'message')) as [number];
  }
  await server.stop();
  return { traffic, refusedPerSecond: refused / seconds };
}

const line = (name: string, { traffic, refusedPerSecond }: Awaited<ReturnType<typeof measure>>): string => {
  const faults = traffic.faults.length === 0 ? 'each once and in order' : `FAULTS: ${traffic.faults.join(', ')}`;
  return `${name}: ${Math.round(traffic.perSecond)} messages/s, p50 ${traffic.p50Ms.toFixed(1)} ms, p99 ${traffic.p99Ms.toFixed(1)} ms, ${Math.round(refusedPerSecond)} refused connects/s; ${faults}`;
};
const alone = await measure(0);
console.log(line('alone      ', alone));
const flooded = await measure(Number(values.strangers));
console.log(line('under flood', flooded));
console.log(`p99 under flood is ${(flooded.traffic.p99Ms / alone.traffic.p99Ms).toFixed(2)} × what it is alone`);
