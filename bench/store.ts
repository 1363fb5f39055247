import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Draft } from '../packages/server/src/domain/model.ts';
import { openSqliteStore } from '../packages/server/src/store/sqlite/open.ts';

/** Saturated append: `node bench/store.ts [messages] [channels] [batch]`. Prints messages/s and CPU of the writer thread per message. */
const [messages = 400_000, channels = 200_000, batchSize = 1_000] = process.argv.slice(2).map(Number);
const DESIGN_MESSAGES_PER_SECOND = 79_000;
const dataDir = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'hufu-bench-'));
const opened = await openSqliteStore({ dataDir, cacheMb: 256 });
if (!opened.ok) throw new Error(JSON.stringify(opened.refusal));
const store = opened.value;
const payload = new Uint8Array(100).fill(7);
let made = 0;
const nextBatch = (): Draft[] =>
  Array.from({ length: Math.min(batchSize, messages - made) }, () => {
    const n = made++;
    const ch = 1 + ((n * 7_919) % channels);
    return {
      ch,
      sender: 1 + (ch % 20_000),
      clientMsgNo: `bench-${String(n).padStart(26, '0')}`,
      flags: 0,
      tsMs: Date.now(),
      expireSeconds: 0,
      topic: '',
      payload,
      parties: null,
    };
  });
const cpuBefore = (await store.stats()).cpuUs;
const started = performance.now();
// Two batches under way: the next one is packed while the last one syncs, as the append queue does.
const lane = async (): Promise<void> => {
  while (made < messages) {
    const outcome = await store.log.append(nextBatch());
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  }
};
await Promise.all([lane(), lane()]);
const seconds = (performance.now() - started) / 1000;
const cpu = (await store.stats()).cpuUs;
const perSecond = messages / seconds;
const micros = (cpu.user + cpu.system - cpuBefore.user - cpuBefore.system) / messages;
await store.close();
rmSync(dataDir, { recursive: true });
console.log(
  `${messages} messages, ${channels} channels, batches of ${batchSize}: ${Math.round(perSecond)} messages/s, ${micros.toFixed(1)} µs writer CPU per message`,
);
console.log(`ratio to the design's 79 000/s: ${(perSecond / DESIGN_MESSAGES_PER_SECOND).toFixed(2)}`);
