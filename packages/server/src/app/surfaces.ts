import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '../config/schema.ts';
import { newRequestId, newToken } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { admitBackend } from '../policy/credentials/bearer.ts';
import { verifyConnect } from '../policy/credentials/device-token.ts';
import { apiRoutes, type Decisions, refuseThrown, registerApi, registerPage, UploadSlots } from '../surfaces/api/index.ts';
import { createJsonRpcSurface } from '../surfaces/jsonrpc/index.ts';
import type { ClientSurfaceDeps } from '../surfaces/listen/client-deps.ts';
import { createWkprotoSurface } from '../surfaces/wkproto/index.ts';
import { registerWukongHttp, wukongRoutes } from '../surfaces/wukong-http/index.ts';
import type { BotProtocol } from './bot-protocol.ts';
import type { Core } from './compose.ts';
import { composeOnebot } from './onebot.ts';
import { createRefusals } from './refusals.ts';

/** Addresses, known once the listeners are bound. */
export interface Addresses {
  http: string;
  tcp: string;
  ws: string;
  wss: string;
  own: string[];
}

const NODE_ID = 1;
const PAGE_DIR = join(import.meta.dirname, '../../../web/dist');

/** Of one person; with more, somebody who has a token could take every place of the server. */
const CONNECTIONS_PER_ACCOUNT = 500;

/** A listener on every interface is reached under the name that the caller used; that name has passed the Host check. */
function reachable(address: string, hostHeader: string): string {
  const name = hostHeader.replace(/:\d{1,5}$/, '');
  return name === '' ? address : address.replace(/^(ws:\/\/)?(0\.0\.0\.0|\[::\])(?=:\d+$)/, `$1${name}`);
}

/** Every surface, each with what it needs. A new one is a folder and a line here. */
export function composeSurfaces(input: { core: Core; config: Config; version: string; log: Log; addresses: Addresses }) {
  const { core, config, version, log, addresses } = input;
  const refusals = createRefusals(core, log);

  const clientDeps: ClientSurfaceDeps = {
    send: core.send,
    hub: core.hub,
    authenticate: (claim) =>
      verifyConnect(claim, {
        users: core.users,
        directory: core.directory,
        keyring: core.keyring,
        adminSecret: core.adminSecret,
        botTokens: core.botTokens,
        check: config['tokens.check'],
        now: Date.now,
      }),
    hasSession: async ({ hash }) => (await core.directory.sessionByHash(hash)) !== null,
    refused: (seen) => refusals.client(seen),
    limits: {
      connections: config['limits.connections'],
      connectionsPerAccount: CONNECTIONS_PER_ACCOUNT,
      outboxBytes: config['limits.outboxBytes'],
    },
    nodeId: NODE_ID,
    log,
    now: Date.now,
  };
  const wkproto = createWkprotoSurface(clientDeps);
  const jsonrpc = createJsonRpcSurface(clientDeps);
  const botProtocols: readonly BotProtocol[] = [composeOnebot({ core, config, addresses, version, log, refusals })];

  const decisions: Decisions = {
    record: (refusal, caller, answered) => refusals.http({ refusal, caller, surface: 'api', ...answered }),
    newRequestId,
    list: core.decisions.list.bind(core.decisions),
    explain: core.decisions.explain.bind(core.decisions),
  };
  const app: FastifyInstance = fastify({
    // Base addresses that end in a slash make //user/token; tools add a slash at the end. Both mean the same route.
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    bodyLimit: 2 * 1024 * 1024,
    trustProxy: false,
    frameworkErrors: refuseThrown(decisions),
  });
  registerWukongHttp(app, {
    ...core,
    log: core.messages,
    admit: (caller) => admitBackend(caller, { ...core, now: Date.now }),
    hashToken: (token) => core.keyring.hash(token),
    recordRefusal: (refusal, caller, httpStatus) =>
      refusals.http({ refusal, caller, httpStatus, surface: 'wukong-http', uid: null }),
    newRequestId,
    addresses: (host) => ({ tcp: reachable(addresses.tcp, host), ws: reachable(addresses.ws, host), wss: addresses.wss }),
  });
  registerApi(app, {
    ...core,
    log: core.messages,
    uploads: new UploadSlots(),
    secrets: {
      newToken: () => newToken('hfb_'),
      hash: (token) => core.keyring.hash(token),
      seal: (token) => core.keyring.seal(token),
    },
    decisions,
    botState: (id) => botProtocols.map((protocol) => protocol.stateOf(id)).find((state) => state !== null) ?? null,
    retryClient: (id) => botProtocols.forEach((protocol) => protocol.retry(id)),
  });
  registerPage(app, { dir: PAGE_DIR, routes: [...wukongRoutes, ...apiRoutes], decisions });

  return { wkproto, jsonrpc, botProtocols, app, refusals };
}
