import type { Evidence, Refusal } from '@hufu/refusals';
import type { Config } from '../config/schema.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Outcome } from '../kernel/outcome.ts';
import { hostOf, type HostRule, originOf } from '../surfaces/listen/hosts.ts';
import { type HttpListenerOptions, type Listener, listenHttp, listenTcp } from '../surfaces/listen/listen.ts';
import type { Peer } from '../surfaces/listen/peer.ts';
import { acceptSocket } from '../surfaces/listen/tcp-accept.ts';
import { acceptWebSockets } from '../surfaces/listen/ws-accept.ts';
import type { composeSurfaces } from './surfaces.ts';

/** In the order in which they are opened. */
const NAMES = ['tcp', 'ws', 'http', 'onebotHttp', 'onebotWs'] as const;
type Name = (typeof NAMES)[number];

/** Those that listen: one that is off or taken is missing. */
export type Listeners = ReadonlyMap<Name, Listener>;

/** Where each listener really listens; null for one that is off or taken. */
export type Places = Readonly<Record<Name, string | null>>;

type Surfaces = ReturnType<typeof composeSurfaces>;
type Open = () => Promise<Outcome<Listener>>;

/** Sockets of each listener beyond the live connections: those on their way in or out. */
const SPARE_SOCKETS = 10_000;
const MAX_MESSAGE_BYTES = 1024 * 1024 + 16;

/** Opens every listener of the config. Of the convenience listeners one that is taken is a line in the log; any other closes all again and is the refusal. */
export async function listenAll(config: Config, surfaces: Surfaces, log: Log): Promise<Outcome<Listeners>> {
  const plan = planOf(config, surfaces);
  const listeners = new Map<Name, Listener>();
  for (const name of NAMES) {
    if (config[`listen.${name}`] === 'off') continue;
    const bound = await plan[name]();
    if (bound.ok) listeners.set(name, bound.value);
    else if (name.startsWith('onebot')) log.warn({ ...bound.refusal.evidence }, `${name} is not served: its port is taken`);
    else {
      await Promise.all([...listeners.values()].map((listener) => listener.close()));
      return bound;
    }
  }
  return ok(listeners);
}

/** What is served where. */
function planOf(config: Config, surfaces: Surfaces): Readonly<Record<Name, Open>> {
  const clients = {
    binary: surfaces.wkproto,
    json: surfaces.jsonrpc,
    refuse: (refusal: Refusal, peer: Peer) =>
      surfaces.refusals.client({ refusal, surface: 'wkproto', peer, claim: null, call: 'CONNECT', answer: 'close' }),
  };
  const bounds = {
    maxSockets: config['limits.connections'] + SPARE_SOCKETS,
    onDropped: (peer: Peer, evidence: Evidence) => void clients.refuse({ code: 'limit.connections', evidence }, peer),
  };
  const web =
    (name: Name, upgrades: HttpListenerOptions['upgrades'], onRequest: HttpListenerOptions['onRequest'] = null): Open =>
    () =>
      listenHttp({
        ...bounds,
        name,
        address: config[`listen.${name}`],
        hosts: hostRule(config, name),
        upgrades,
        onRequest,
        refuse: surfaces.refusals.early,
      });
  const chat = (matches: (path: string) => boolean, anyOrigin: boolean) =>
    acceptWebSockets({ ...clients, matches, anyOrigin, maxMessageBytes: MAX_MESSAGE_BYTES });
  const publicChat = chat((path) => path === '/wk' || path === '/wk/', false);
  const botRoutes = surfaces.botProtocols.flatMap((protocol) => protocol.upgradeRoutes);
  const publicBotRoutes = botRoutes.filter((route) => !route.matches('/'));
  return {
    tcp: () =>
      listenTcp({
        ...bounds,
        name: 'tcp',
        address: config['listen.tcp'],
        onSocket: (socket, peer) => acceptSocket(socket, peer, clients),
      }),
    // The port for pages of others with the SDK in them: their own CONNECT admits them, if one is needed.
    ws: web('ws', [chat(() => true, config['tokens.check'] === 'required')]),
    http: web('http', [publicChat, ...publicBotRoutes], (request, response) => surfaces.app.routing(request, response)),
    onebotHttp: web('onebotHttp', botRoutes),
    onebotWs: web('onebotWs', botRoutes),
  };
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

export function placesOf(listeners: Listeners): Places {
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
