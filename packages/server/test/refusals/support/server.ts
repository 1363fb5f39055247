import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, startServer } from '../../../src/app/lifecycle.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Log } from '../../../src/kernel/log.ts';

export const ADMIN = 'the-admin-secret-of-the-refusal-tests';

export interface TestServer {
  readonly dataDir: string;
  readonly core: RunningServer['core'];
  /** host:port of each listener. */
  readonly at: Readonly<Record<'http' | 'tcp' | 'ws' | 'onebotHttp' | 'onebotWs', string>>;
  stop(): Promise<void>;
  /** Stops, and deletes the data. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly dataDir?: string;
  readonly yaml?: string;
  /** Options by key, e.g. `limits.connections`. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly log?: Log;
}

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const FREE_PORTS = Object.fromEntries(
  ['http', 'tcp', 'ws', 'onebotHttp', 'onebotWs'].map((name) => [`listen.${name}`, '127.0.0.1:0']),
);

/** The whole server as `hufu serve` starts it, in this process so that its parts can be reached; every listener on a free port. */
export async function openServer(options: ServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'hufu-refusals-'));
  const file = join(mkdtempSync(join(tmpdir(), 'hufu-refusals-conf-')), 'hufu.yaml');
  writeFileSync(file, options.yaml ?? '');
  const flags = { ...FREE_PORTS, logLevel: 'error', dataDir, adminSecret: ADMIN, ...options.flags };
  const config = loadConfig({ file, env: {}, flags });
  const started = await startServer({ config, version: '0.0.0-test', log: options.log ?? SILENT });
  if (!started.ok) throw new Error(`${started.refusal.code} ${JSON.stringify(started.refusal.evidence)}`);
  const { places, core, stop } = started.server;
  const bare = (place: string | null) => (place ?? '').replace(/^\w+:\/\//, '');
  return {
    dataDir,
    core,
    at: {
      http: bare(places.http),
      tcp: bare(places.tcp),
      ws: bare(places.ws),
      onebotHttp: bare(places.onebotHttp),
      onebotWs: bare(places.onebotWs),
    },
    stop,
    async close() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

let lastAddress = 0;

/** A loopback address that nobody has used yet, so that each case has the records of its own address. */
export function freshAddress(): string {
  lastAddress += 1;
  return `127.20.${lastAddress >> 8}.${lastAddress & 0xff}`;
}

const TRIES = 200;

/** Asks until there is an answer; what is waited for is work that has begun, not time. */
export async function eventually<T>(what: string, ask: () => Promise<T | null | undefined> | T | null | undefined): Promise<T> {
  for (let one = 0; one < TRIES; one += 1) {
    const answer = await ask();
    if (answer !== null && answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never came: ${what}`);
}
