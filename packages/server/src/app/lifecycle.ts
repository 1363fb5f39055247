import { resolve } from 'node:path';
import type { Evidence, Refusal } from '@hufu/refusals';
import type { Config } from '../config/schema.ts';
import type { Log } from '../kernel/log.ts';
import { hostOf, type HostRule, originOf } from '../surfaces/listen/hosts.ts';
import { listenHttp, listenTcp, type Listener } from '../surfaces/listen/listen.ts';
import type { Peer } from '../surfaces/listen/peer.ts';
import { acceptSocket } from '../surfaces/listen/tcp-accept.ts';
import { acceptWebSockets } from '../surfaces/listen/ws-accept.ts';
import { type Core, composeCore } from './compose.ts';
import { listenControl } from './control.ts';
import { openLog } from './log.ts';
import { type Addresses, composeSurfaces } from './surfaces.ts';

export interface RunningServer {
  /** Where each listener really listens; null for one that is off or taken. */
  readonly places: Places;
  /** The address that people open, without a slash at its end. */
  readonly pageUrl: string;
  /** The admin secret that this start made, to be shown once. */
  readonly firstSecret: string | null;
  readonly core: Core;
  /** Drains and closes everything; the process itself goes on. */
  stop(): Promise<void>;
}

export type Places = Readonly<Record<Name, string | null>>;

export type Started = { readonly ok: true; readonly server: RunningServer } | { readonly ok: false; readonly refusal: Refusal };

/** Sockets of each listener beyond the live connections: those on their way in or out. */
const SPARE_SOCKETS = 10_000;
const MAX_MESSAGE_BYTES = 1024 * 1024 + 16;

export interface StartOptions {
  readonly config: Config;
  readonly version: string;
  /** In another program (a test): where the log goes. */
  readonly log?: Log;
}

/** Opens the data, the surfaces, then the listeners. On a failure everything already open is closed again. */
export async function startServer(input: StartOptions): Promise<Started> {
  const config = { ...input.config, dataDir: resolve(input.config.dataDir) };
  const log: Log = input.log ?? openLog(config.logLevel);
  for (const note of config.notes) log.warn({}, note);
  const composed = await composeCore(config, log);
  if (!composed.ok) return composed;
  const core = composed.value;
  const addresses: Addresses = { http: '', tcp: '', ws: '', wss: config['external.wss'], own: [] };
  const surfaces = composeSurfaces({ core, config, version: input.version, log, addresses });
  await surfaces.app.ready();

  const open: { close(): Promise<void> }[] = [];
  const stop = async () => {
    await Promise.all(surfaces.botProtocols.map((protocol) => protocol.stop()));
    surfaces.wkproto.stop();
    surfaces.jsonrpc.stop();
    await Promise.all(open.map((one) => one.close()));
    await surfaces.app.close();
    core.delivery.stop();
    await surfaces.refusals.idle();
    await core.decisions.close();
    await core.decisionStore.close();
    await core.store.close();
  };

  const bound = await listenAll(config, surfaces, log);
  if (!bound.ok) {
    await stop();
    return bound;
  }
  open.push(...bound.listeners.values());
  open.push(await listenControl(config.dataDir, core.decisions));
  const kept = await core.adminSecret.keep();
  if (!kept.ok) {
    await stop();
    return kept;
  }
  tellAddresses(config, addresses, bound.listeners);
  for (const protocol of surfaces.botProtocols) void protocol.start();
  const places = placesOf(bound.listeners);
  return { ok: true, server: { places, pageUrl: addresses.http, firstSecret: core.adminSecret.generated, core, stop } };
}

type Surfaces = ReturnType<typeof composeSurfaces>;
type Name = 'http' | 'tcp' | 'ws' | 'onebotHttp' | 'onebotWs';
type Bound = { ok: true; listeners: Map<Name, Listener> } | { ok: false; refusal: Refusal };

async function listenAll(config: Config, surfaces: Surfaces, log: Log): Promise<Bound> {
  const clients = {
    binary: surfaces.wkproto,
    json: surfaces.jsonrpc,
    refuse: (refusal: Refusal, peer: Peer) =>
      surfaces.refusals.client({ refusal, surface: 'wkproto', peer, claim: null, call: 'CONNECT', answer: 'close' }),
  };
  const chat = (matches: (path: string) => boolean, anyOrigin: boolean) =>
    acceptWebSockets({ ...clients, matches, anyOrigin, maxMessageBytes: MAX_MESSAGE_BYTES });
  const botRoutes = surfaces.botProtocols.flatMap((protocol) => protocol.upgradeRoutes);
  const refuse = surfaces.refusals.early;
  const bounds = {
    maxSockets: config['limits.connections'] + SPARE_SOCKETS,
    onDropped: (peer: Peer, evidence: Evidence) => void clients.refuse({ code: 'limit.connections', evidence }, peer),
  };
  const web = (
    name: Name,
    upgrades: Parameters<typeof listenHttp>[0]['upgrades'],
    onRequest: Parameters<typeof listenHttp>[0]['onRequest'],
  ) =>
    listenHttp({
      ...bounds,
      name,
      address: config[`listen.${name}`],
      hosts: hostRule(config, name),
      upgrades,
      onRequest,
      refuse,
    });

  const plan: Record<Name, () => ReturnType<typeof listenHttp>> = {
    tcp: () =>
      listenTcp({
        ...bounds,
        name: 'tcp',
        address: config['listen.tcp'],
        onSocket: (socket, peer) => acceptSocket(socket, peer, clients),
      }),
    // The port for pages of others with the SDK in them: their own CONNECT admits them, if one is needed.
    ws: () => web('ws', [chat(() => true, config['tokens.check'] === 'required')], null),
    http: () =>
      web(
        'http',
        [chat((path) => path === '/wk' || path === '/wk/', false), ...botRoutes.filter((route) => !route.matches('/'))],
        (request, response) => surfaces.app.routing(request, response),
      ),
    onebotHttp: () => web('onebotHttp', botRoutes, null),
    onebotWs: () => web('onebotWs', botRoutes, null),
  };
  const listeners = new Map<Name, Listener>();
  for (const name of ['tcp', 'ws', 'http', 'onebotHttp', 'onebotWs'] as const) {
    if (config[`listen.${name}`] === 'off') continue;
    const bound = await plan[name]();
    if (bound.ok) listeners.set(name, bound.value);
    else if (name.startsWith('onebot')) log.warn({ ...bound.refusal.evidence }, `${name} is not served: its port is taken`);
    else {
      await Promise.all([...listeners.values()].map((listener) => listener.close()));
      return bound;
    }
  }
  return { ok: true, listeners };
}

function hostRule(config: Config, name: Name): HostRule {
  const external = [config['external.http'], config['external.ws'], config['external.wss']].filter((one) => one !== '');
  const pages = config['external.origins'].split(',').map((one) => one.trim());
  return {
    externalHosts: external.map(hostOf).filter((host) => host !== ''),
    origins: [...external, ...pages.filter((one) => one !== '')].map(originOf).filter((origin) => origin !== ''),
    bound: config[`listen.${name}`].replace(/:\d+$/, ''),
  };
}

function tellAddresses(config: Config, addresses: Addresses, listeners: Map<Name, Listener>): void {
  const at = (name: Name) => listeners.get(name)?.address ?? '';
  addresses.http = (config['external.http'] || `http://${at('http')}`).replace(/\/$/, '');
  addresses.tcp = config['external.tcp'] || at('tcp');
  addresses.ws = config['external.ws'] || (listeners.has('ws') ? `ws://${at('ws')}` : '');
  addresses.own = [...listeners.values()].map((listener) => listener.address);
}

function placesOf(listeners: Map<Name, Listener>): Places {
  const at = (name: Name, scheme: string) => {
    const listener = listeners.get(name);
    return listener === undefined ? null : `${scheme}${listener.address}`;
  };
  return {
    http: at('http', 'http://'),
    tcp: at('tcp', ''),
    ws: at('ws', 'ws://'),
    onebotHttp: at('onebotHttp', 'http://'),
    onebotWs: at('onebotWs', 'ws://'),
  };
}
