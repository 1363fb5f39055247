import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Refusal } from '@hufu/refusals';
import { composeCore } from '../../../src/app/compose.ts';
import { composeSurfaces } from '../../../src/app/surfaces.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import type { ClientSurfaceDeps } from '../../../src/surfaces/listen/client-deps.ts';
import type { AcceptOptions } from '../../../src/surfaces/listen/client-handler.ts';
import { type Listener, listenHttp, listenTcp } from '../../../src/surfaces/listen/listen.ts';
import type { Peer } from '../../../src/surfaces/listen/peer.ts';
import { acceptSocket } from '../../../src/surfaces/listen/tcp-accept.ts';
import { acceptWebSockets } from '../../../src/surfaces/listen/ws-accept.ts';

export const ADMIN = 'admin-secret-of-the-test';

export type Core = Extract<Awaited<ReturnType<typeof composeCore>>, { ok: true }>['value'];

export interface LoggedLine {
  readonly fields: Record<string, unknown>;
  readonly text: string;
}

export interface TestServer {
  readonly core: Core;
  readonly tcp: string;
  readonly ws: string;
  readonly logged: LoggedLine[];
  /** A call of a back end with the admin secret; answers the HTTP status. */
  post(path: string, body: unknown): Promise<number>;
  close(): Promise<void>;
}

/** The whole server in this process: real store, real surfaces, TCP and WebSocket on free ports. */
export async function openServer(settings: Partial<Config> = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hufu-wk-'));
  const config: Config = {
    ...loadConfig({ file: null, env: {}, flags: {} }),
    dataDir,
    adminSecret: ADMIN,
    'store.cacheMegabytes': 4,
    ...settings,
  };
  const logged: LoggedLine[] = [];
  const keep = (fields: Record<string, unknown>, text: string) => void logged.push({ fields, text });
  const log: ClientSurfaceDeps['log'] = { info: keep, warn: keep, error: keep };
  const composed = await composeCore(config, log);
  if (!composed.ok) throw new Error(composed.refusal.code);
  const core = composed.value;
  const addresses = { http: '', tcp: '', ws: '', wss: '', own: [] };
  const surfaces = composeSurfaces({ core, config, version: 'test', log, addresses });
  await surfaces.app.ready();

  const clients: AcceptOptions = {
    binary: surfaces.wkproto,
    json: surfaces.jsonrpc,
    refuse: (refusal: Refusal, peer: Peer) =>
      surfaces.refusals.client({ refusal, surface: 'wkproto', peer, claim: null, answer: 'close' }),
  };
  const web = (upgrades: Parameters<typeof listenHttp>[0]['upgrades'], onRequest: RequestHandler | null) =>
    listenHttp({
      name: 'http',
      address: '127.0.0.1:0',
      hosts: { external: [], bound: '127.0.0.1' },
      upgrades,
      onRequest,
      refuse: () => 'req_early',
    });
  const ws = listening(
    await web([acceptWebSockets({ ...clients, matches: () => true, maxMessageBytes: 1024 * 1024 + 16 })], null),
  );
  const http = listening(await web([], (request, response) => surfaces.app.routing(request, response)));
  const tcp = listening(
    await listenTcp({
      name: 'tcp',
      address: '127.0.0.1:0',
      onSocket: (socket, peer) => acceptSocket(socket, peer, clients),
    }),
  );
  return {
    core,
    tcp: tcp.address,
    ws: `ws://${ws.address}`,
    logged,
    async post(path, body) {
      const answer = await fetch(`http://${http.address}${path}`, {
        method: 'POST',
        headers: { token: ADMIN, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      await answer.arrayBuffer();
      return answer.status;
    },
    async close() {
      surfaces.wkproto.stop();
      surfaces.jsonrpc.stop();
      await Promise.all([tcp.close(), ws.close(), http.close()]);
      await surfaces.app.close();
      core.delivery.stop();
      await core.decisions.flush();
      await core.decisionStore.close();
      await core.store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

function listening(bound: Awaited<ReturnType<typeof listenTcp>>): Listener {
  if (!bound.ok) throw new Error(bound.refusal.code);
  return bound.value;
}
