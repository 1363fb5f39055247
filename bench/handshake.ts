import { parseArgs } from 'node:util';
import { Client } from './lib/client.ts';
import { each } from './lib/each.ts';
import { startServer } from './lib/server.ts';

/**
 * Handshakes, each with its token check and key agreement: `node bench/handshake.ts [--clients 5000] [--concurrency 32]`. Each client is an account of its own
 * and stays connected; the file limit of the shell must allow as many (`ulimit -n`).
 */
const { values } = parseArgs({
  options: { clients: { type: 'string', default: '5000' }, concurrency: { type: 'string', default: '32' } },
});
const [clients, concurrency] = [Number(values.clients), Number(values.concurrency)];
/** What WuKongIM v2.2.5 does on the same kind of machine. */
const PEER = { name: 'WuKongIM v2.2.5', handshakesPerSecond: 63 };

const server = await startServer();

const uidOf = (index: number): string => `idle${index}`;
await each(clients, concurrency, (index) =>
  server.post('/user/token', { uid: uidOf(index), token: 'bench-token', device_flag: 0, device_level: 0 }),
);

const open: Client[] = [];
const nothing = { payload: new Uint8Array(0) };
const silent = { onAck: () => undefined, onRecv: () => undefined };
const before = { cpuUs: server.cpuUs(), ms: performance.now() };
await each(clients, concurrency, async (index) => {
  open.push(await Client.open(server.tcp, { uid: uidOf(index), token: 'bench-token', ...nothing }, silent));
});
const perSecond = clients / ((performance.now() - before.ms) / 1000);
const serverUs = (server.cpuUs() - before.cpuUs) / clients;
for (const client of open) client.close();
await server.stop();

console.log(
  [
    `${clients} clients, ${concurrency} at once: ${Math.round(perSecond)} handshakes/s, ${Math.round(serverUs)} µs of server CPU each`,
    `${(perSecond / PEER.handshakesPerSecond).toFixed(0)} × the handshakes/s of ${PEER.name}`,
  ].join('\n'),
);
