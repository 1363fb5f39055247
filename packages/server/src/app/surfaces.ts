import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '../config/schema.ts';
import { newRequestId, newToken } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { ok, refuse } from '../kernel/outcome.ts';
import { verifyConnect } from '../policy/credentials/device-token.ts';
import { extractCredential } from '../policy/credentials/extract.ts';
import { registerApi, registerPage } from '../surfaces/api/index.ts';
import { createJsonRpcSurface } from '../surfaces/jsonrpc/index.ts';
import type { ClientSurfaceDeps } from '../surfaces/listen/client-deps.ts';
import { createWkprotoSurface } from '../surfaces/wkproto/index.ts';
import { type Caller, registerWukongHttp } from '../surfaces/wukong-http/index.ts';
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

/** Every surface, each with what it needs. A new one is a folder and a line here. */
export function composeSurfaces(input: { core: Core; config: Config; version: string; log: Log; addresses: Addresses }) {
  const { core, config, version, log, addresses } = input;
  const refusals = createRefusals(core);

  const clientDeps: ClientSurfaceDeps = {
    send: core.send,
    hub: core.hub,
    authenticate: (claim) =>
      verifyConnect(claim, {
        users: core.users,
        directory: core.directory,
        keyring: core.keyring,
        check: config['tokens.check'],
        now: Date.now,
      }),
    refused: (seen) => refusals.client(seen),
    limits: { connections: config['limits.connections'], outboxBytes: config['limits.outboxBytes'] },
    nodeId: NODE_ID,
    log,
    now: Date.now,
  };
  const wkproto = createWkprotoSurface(clientDeps);
  const jsonrpc = createJsonRpcSurface(clientDeps);
  const botProtocols: readonly BotProtocol[] = [composeOnebot({ core, addresses, version, log })];

  const app: FastifyInstance = fastify({ routerOptions: { maxParamLength: 512 }, bodyLimit: 2 * 1024 * 1024, trustProxy: false });
  registerWukongHttp(app, {
    ...core,
    log: core.messages,
    admit: async (caller) => admitOperator(caller),
    hashToken: (token) => core.keyring.hash(token),
    recordRefusal: (refusal, caller) => refusals.http(refusal, caller, 'wukong-http', null),
    newRequestId,
    addresses: () => ({ tcp: addresses.tcp, ws: addresses.ws, wss: addresses.wss }),
  });
  const decisions = {
    record: (refusal: Parameters<typeof refusals.http>[0], caller: Caller, uid: string | null) =>
      refusals.http(refusal, caller, 'api', uid),
    newRequestId,
    list: core.decisions.list.bind(core.decisions),
    explain: core.decisions.explain.bind(core.decisions),
  };
  registerApi(app, {
    ...core,
    log: core.messages,
    secrets: {
      newToken: () => newToken('hfb_'),
      hash: (token) => core.keyring.hash(token),
      seal: (token) => core.keyring.seal(token),
    },
    decisions,
    botState: (id) => botProtocols.map((protocol) => protocol.stateOf(id)).find((state) => state !== null) ?? null,
    retryClient: (id) => botProtocols.forEach((protocol) => protocol.retry(id)),
  });
  registerPage(app, { dir: PAGE_DIR, decisions });

  function admitOperator(caller: Caller) {
    const presented = extractCredential(caller.headers, true);
    if (!presented.ok) return presented;
    const { value, placement } = presented.value;
    return core.adminSecret.matches(value)
      ? ok()
      : refuse('cred.unknown', { placement, presentedFingerprint: core.keyring.fingerprint(value) });
  }

  return { wkproto, jsonrpc, botProtocols, app, refusals };
}
