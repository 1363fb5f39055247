import { parseArgs } from 'node:util';
import { startServer } from './lib/server.ts';
import { runTraffic } from './lib/traffic.ts';

/**
 * Durable, encrypted person messages, end to end over TCP: `node bench/send.ts [--pairs 100] [--window 16] [--rate 10000] [--duration 12] [--payload 128]`.
 * Starts a server of its own on fresh data. Without --rate each sender keeps `window` messages under way.
 */
const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '100' },
    window: { type: 'string', default: '16' },
    rate: { type: 'string' },
    duration: { type: 'string', default: '12' },
    payload: { type: 'string', default: '128' },
    json: { type: 'boolean', default: false },
  },
});

/** What WuKongIM v2.2.5 does on the same kind of machine: closed loop, 100 pairs, window 16. */
const PEER = { name: 'WuKongIM v2.2.5', perSecond: 14_300, serverUs: 117 };
/** The budget of the design for the whole way of a message. */
const BUDGET_US = 45;
/** At this rate, and the design's limit for it. */
const PACED_P99_MS = 50;

const perSecond = values.rate === undefined ? null : Number(values.rate);
const server = await startServer();
const result = await runTraffic(server, {
  pairs: Number(values.pairs),
  window: Number(values.window),
  perSecond,
  warmUpSeconds: 2,
  seconds: Number(values.duration),
  payloadBytes: Number(values.payload),
});
await server.stop();

if (values.json) console.log(JSON.stringify(result));
else {
  const load = perSecond === null ? `closed loop, window ${values.window}` : `paced at ${perSecond}/s`;
  const ratios =
    perSecond === null
      ? `${(result.perSecond / PEER.perSecond).toFixed(2)} × the messages/s of ${PEER.name} at ${(result.serverUsPerMessage / PEER.serverUs).toFixed(2)} × its CPU, ${(result.serverUsPerMessage / BUDGET_US).toFixed(2)} × the budget of ${BUDGET_US} µs`
      : `p99 ${(result.p99Ms / PACED_P99_MS).toFixed(2)} × the limit of ${PACED_P99_MS} ms`;
  console.log(
    [
      `${values.pairs} pairs, ${load}: ${Math.round(result.perSecond)} messages/s, ${result.serverUsPerMessage.toFixed(1)} µs of server CPU a message`,
      `end to end p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms; server ${Math.round(result.rssMegabytes)} MB; this generator ${result.generatorUsPerMessage.toFixed(1)} µs a message`,
      ratios,
      result.faults.length === 0 ? `${result.messages} messages, each once and in order` : `FAULTS: ${result.faults.join(', ')}`,
    ].join('\n'),
  );
}
if (result.faults.length > 0) process.exitCode = 1;
