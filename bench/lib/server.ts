import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../packages/server/src/main.ts');
const ADMIN_SECRET = 'secret-of-the-bench';
/** `/proc` counts CPU in ticks of 10 ms. */
const TICK_US = 10_000;

export interface BenchServer {
  /** host:port of WKProto. */
  readonly tcp: string;
  readonly http: string;
  readonly adminSecret: string;
  post(path: string, body: unknown): Promise<void>;
  /** User and system time of the process so far. */
  cpuUs(): number;
  rssMegabytes(): number;
  stop(): Promise<void>;
}

/** The real server as a process of its own, on fresh data in BENCH_DIR (default: the temporary folder) and free ports, with BENCH_NODE_FLAGS (`--cpu-prof`) if given. */
export async function startServer(): Promise<BenchServer> {
  const dataDir = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'hufu-bench-'));
  const free = '127.0.0.1:0';
  const flags = process.env['BENCH_NODE_FLAGS']?.split(' ') ?? [];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...flags, MAIN, 'serve'], {
    env: {
      ...process.env,
      HUFU_READY: 'json',
      HUFU_DATA_DIR: dataDir,
      HUFU_ADMIN_SECRET: ADMIN_SECRET,
      HUFU_LISTEN_HTTP: free,
      HUFU_LISTEN_TCP: free,
      HUFU_LISTEN_WS: free,
      HUFU_LISTEN_ONEBOT_HTTP: 'off',
      HUFU_LISTEN_ONEBOT_WS: 'off',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await new Promise<{ pid: number; http: string; tcp: string }>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = /^\{"event":"ready".*\}$/m.exec(text)?.[0];
      if (line !== undefined) resolve(JSON.parse(line) as { pid: number; http: string; tcp: string });
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready`)));
  });
  return {
    tcp: ready.tcp,
    http: ready.http,
    adminSecret: ADMIN_SECRET,
    async post(path, body) {
      const headers = { token: ADMIN_SECRET, 'Content-Type': 'application/json' };
      const answer = await fetch(`${ready.http}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      await answer.body?.cancel();
    },
    cpuUs() {
      const fields = readFileSync(`/proc/${ready.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return (Number(fields[11]) + Number(fields[12])) * TICK_US;
    },
    rssMegabytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${ready.pid}/status`, 'utf8'))?.[1]) / 1024,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(dataDir, { recursive: true });
    },
  };
}
