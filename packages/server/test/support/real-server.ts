import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Core, composeCore } from '../../src/app/compose.ts';
import { type Addresses, composeSurfaces } from '../../src/app/surfaces.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Log } from '../../src/kernel/log.ts';
import { listenHttp } from '../../src/surfaces/listen/listen.ts';

export const ADMIN = 'admin-secret-of-the-test';

/** The one foreign origin whose pages may call. */
export const ORIGIN = 'https://chat.example.com';

export interface RealServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly core: Core;
  readonly addresses: Addresses;
  /** A call of a back end, with the admin secret unless `headers` bring a credential of their own. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  close(): Promise<void>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  let json: Answered['json'] = {};
  try {
    json = JSON.parse(text) as Answered['json'];
  } catch {
    // Not every answer is JSON; `text` has it.
  }
  return { status: response.status, headers: response.headers, text, json };
}

const quiet: Log = { info: () => undefined, warn: () => undefined, error: (fields, text) => console.error(text, fields) };

/** The whole server in this process, as `npm start` composes it, with only its HTTP listener open on a free port. */
export async function openRealServer(flags: Readonly<Record<string, string>> = {}): Promise<RealServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hufu-real-'));
  const config = loadConfig({ file: null, env: {}, flags: { dataDir, adminSecret: ADMIN, ...flags } });
  const composed = await composeCore(config, quiet);
  if (!composed.ok) throw new Error(composed.refusal.code);
  const core = composed.value;
  const addresses: Addresses = { http: '', tcp: '127.0.0.1:5100', ws: 'ws://127.0.0.1:5200', wss: '', own: [] };
  const surfaces = composeSurfaces({ core, config, version: '0.0.0', log: quiet, addresses });
  await surfaces.app.ready();
  const listener = await listenHttp({
    name: 'http',
    address: '127.0.0.1:0',
    maxSockets: 1000,
    onDropped: () => undefined,
    hosts: { externalHosts: ['chat.example.com'], origins: [ORIGIN], bound: '127.0.0.1' },
    upgrades: [],
    onRequest: (request, response) => surfaces.app.routing(request, response),
    refuse: surfaces.refusals.early,
  });
  if (!listener.ok) throw new Error(listener.refusal.code);
  const url = `http://${listener.value.address}`;
  return {
    url,
    async post(path, body, headers = { token: ADMIN }) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return answered(await fetch(`${url}${path}`, { method: 'POST', headers, body: text, redirect: 'manual' }));
    },
    core,
    addresses,
    async close() {
      await listener.value.close();
      await surfaces.app.close();
      core.delivery.stop();
      await core.decisions.flush();
      await core.decisionStore.close();
      await core.store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
