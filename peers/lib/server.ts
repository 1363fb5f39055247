import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ADMIN_SECRET = 'secret-of-the-peer-tests';
const MAIN = join(import.meta.dirname, '../../packages/server/src/main.ts');

export interface Ready {
  readonly pid: number;
  readonly http: string;
  readonly tcp: string;
  readonly ws: string;
  readonly onebotHttp: string;
  readonly onebotWs: string;
}

export interface TestServer {
  readonly ready: Ready;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** What it wrote to stderr so far. */
  stderr(): string;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  /** Starts again on the same data and the same ports. */
  again(): Promise<TestServer>;
  close(): Promise<void>;
}

/** The real server as its own process, every listener on a free port. `prefix` runs it under another program. */
export async function startServer(
  options: { dataDir?: string; listen?: Partial<Record<string, string>>; prefix?: readonly string[]; yaml?: string } = {},
): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'hufu-peer-'));
  const freePort = '127.0.0.1:0';
  const listen = { http: freePort, tcp: freePort, ws: freePort, onebotHttp: freePort, onebotWs: freePort, ...options.listen };
  const file = join(mkdtempSync(join(tmpdir(), 'hufu-conf-')), 'hufu.yaml');
  writeFileSync(file, `listen: ${JSON.stringify(listen)}\n${options.yaml ?? ''}`);
  const [command = process.execPath, ...args] = [
    ...(options.prefix ?? []),
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    MAIN,
    'serve',
  ];
  const child = spawn(command, args, {
    env: { ...process.env, HUFU_READY: 'json', HUFU_DATA_DIR: dataDir, HUFU_CONFIG: file, HUFU_ADMIN_SECRET: ADMIN_SECRET },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-200_000);
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const ready = await readyLine(child, () => stderr);
  const portsOf = (one: Ready) => ({
    http: bare(one.http),
    tcp: one.tcp,
    ws: bare(one.ws),
    onebotHttp: bare(one.onebotHttp),
    onebotWs: bare(one.onebotWs),
  });
  const server: TestServer = {
    ready,
    dataDir,
    process: child,
    stderr: () => stderr,
    async kill(signal) {
      if (child.exitCode === null && child.signalCode === null) process.kill(ready.pid, signal);
      return ended;
    },
    again: () => startServer({ ...options, dataDir, listen: portsOf(ready) }),
    async close() {
      await server.kill('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return server;
}

function bare(address: string): string {
  return address.replace(/^\w+:\/\//, '');
}

function readyLine(child: ChildProcess, stderr: () => string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`not ready within 30 s\n${stderr()}`));
    }, 30_000);
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = /^(\{"event":"ready".*\})$/m.exec(text)?.[1];
      if (line === undefined) return;
      clearTimeout(timer);
      resolve(JSON.parse(line) as Ready);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready\n${stderr()}`)));
  });
}

/** A call with the admin secret; answers status and JSON body. */
export async function admin(
  server: TestServer,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  return call(server, path, { token: ADMIN_SECRET }, body);
}

export async function call(
  server: TestServer,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
  method?: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${server.ready.http}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** Waits for a condition, asking every 50 ms. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = 20_000,
): Promise<T> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (Date.now() > endMs) throw new Error(`waited ${timeoutMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
