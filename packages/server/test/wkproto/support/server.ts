import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, startServer } from '../../../src/app/lifecycle.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';

export interface LoggedLine {
  readonly fields: Record<string, unknown>;
  readonly text: string;
}

export interface TestServer {
  readonly core: RunningServer['core'];
  readonly tcp: string;
  readonly ws: string;
  readonly logged: readonly LoggedLine[];
  /** A call of a back end with the admin secret; answers the HTTP status. */
  post(path: string, body: unknown): Promise<number>;
  close(): Promise<void>;
}

const ADMIN = 'admin-secret-of-the-test';
const FREE_PORT = '127.0.0.1:0';

/** The whole server in this process, on free ports and a folder of its own. */
export async function openServer(settings: Partial<Config> = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hufu-wk-'));
  const config: Config = {
    ...loadConfig({ file: null, env: {}, flags: {} }),
    'listen.http': FREE_PORT,
    'listen.tcp': FREE_PORT,
    'listen.ws': FREE_PORT,
    'listen.onebotHttp': 'off',
    'listen.onebotWs': 'off',
    'store.cacheMegabytes': 4,
    dataDir,
    adminSecret: ADMIN,
    ...settings,
  };
  const logged: LoggedLine[] = [];
  const keep = (fields: Record<string, unknown>, text: string) => void logged.push({ fields, text });
  const started = await startServer({ config, version: 'test', log: { info: keep, warn: keep, error: keep } });
  if (!started.ok) throw new Error(started.refusal.code);
  const { places, core, stop } = started.server;
  return {
    core,
    tcp: places.tcp ?? '',
    ws: places.ws ?? '',
    logged,
    async post(path, body) {
      const headers = { token: ADMIN, 'Content-Type': 'application/json' };
      const answer = await fetch(`${places.http}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      await answer.arrayBuffer();
      return answer.status;
    },
    async close() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
