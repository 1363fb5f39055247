import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { each } from './lib/each.ts';
import { startServer } from './lib/server.ts';

/**
 * Pages of a person channel over the WuKongIM API: `node bench/history.ts [--messages 5000] [--limit 50] [--concurrency 8] [--duration 8]`.
 * Every page starts at another place; every sixteenth is read and checked, so that the generator leaves the machine to the server.
 */
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '5000' },
    limit: { type: 'string', default: '50' },
    concurrency: { type: 'string', default: '8' },
    duration: { type: 'string', default: '8' },
  },
});
const [messages, limit, concurrency, seconds] = [values.messages, values.limit, values.concurrency, values.duration].map(
  Number,
) as [number, number, number, number];
const CHECKED_EVERY = 16;
/** What WuKongIM v2.2.5 does on the same kind of machine. */
const PEER = { name: 'WuKongIM v2.2.5', perSecond: 4_000, serverUs: 374 };

const server = await startServer();
const agent = new Agent({ keepAlive: true, maxSockets: Math.max(concurrency, 64) });
const { hostname, port } = new URL(server.http);

function post(path: string, body: object): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, hostname, port, path, method: 'POST', headers: { token: server.adminSecret } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const whole = Buffer.concat(parts);
        if (answer.statusCode === 200) resolve(whole);
        else reject(new Error(`${path}: ${answer.statusCode} ${whole.toString()}`));
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

const payload = Buffer.from(JSON.stringify({ type: 1, content: 'x'.repeat(100) })).toString('base64');
await each(messages, 64, async () => {
  await post('/message/send', { from_uid: 'ann', channel_id: 'ben', channel_type: 1, payload });
});

const latenciesMs: number[] = [];
const cpuBefore = server.cpuUs();
const startMs = performance.now();
const endMs = startMs + seconds * 1000;
await each(Number.POSITIVE_INFINITY, concurrency, async (index) => {
  if (performance.now() > endMs) throw new Error('time is up');
  const first = 1 + ((index * 7_919) % (messages - limit + 1));
  const askedMs = performance.now();
  const where = { login_uid: 'ben', channel_id: 'ann', channel_type: 1 };
  const answer = await post('/channel/messagesync', {
    ...where,
    start_message_seq: first,
    end_message_seq: 0,
    limit,
    pull_mode: 1,
  });
  latenciesMs.push(performance.now() - askedMs);
  if (index % CHECKED_EVERY !== 0) return;
  const page = JSON.parse(answer.toString()) as { messages: { message_seq: number }[] };
  if (page.messages.length !== limit || page.messages[0]?.message_seq !== first) throw new Error(`a wrong page from ${first} on`);
}).catch((error: unknown) => {
  if (!(error instanceof Error && error.message === 'time is up')) throw error;
});
const perSecond = latenciesMs.length / ((performance.now() - startMs) / 1000);
const serverUs = (server.cpuUs() - cpuBefore) / latenciesMs.length;
agent.destroy();
await server.stop();

const sorted = latenciesMs.sort((a, b) => a - b);
const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
console.log(
  [
    `pages of ${limit} out of ${messages} messages, ${concurrency} at once: ${Math.round(perSecond)} pages/s, ${Math.round(serverUs)} µs of server CPU a page, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
    `${(perSecond / PEER.perSecond).toFixed(2)} × the pages/s of ${PEER.name} at ${(serverUs / PEER.serverUs).toFixed(2)} × its CPU`,
  ].join('\n'),
);
