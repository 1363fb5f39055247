import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { BotClient, User } from '../../../domain/model.ts';
import { type Outcome, refusalOf, refuse } from '../../../kernel/outcome.ts';
import type { Peer } from '../../listen/peer.ts';
import { pathOf } from '../../listen/listen.ts';
import type { UpgradeRoute } from '../../listen/upgrade.ts';
import { type Presented, presentedToken } from '../credentials.ts';
import type { OnebotDeps } from '../deps.ts';
import { type Arrival, answerRefusal } from './refuse-upgrade.ts';

/** Both event and action traffic; `/` is what OneBot tools dial on a port of their own. */
const FORWARD_PATHS: readonly string[] = ['/', '/onebot/v11', '/onebot/v11/', '/onebot/v11/ws', '/onebot/v11/ws/'];
/** Paths of the public port that can only be meant for this surface. */
const OWN_PREFIX = '/onebot/';

export interface ForwardPorts {
  readonly deps: OnebotDeps;
  /** Takes an accepted socket over; refuses when the client has too many. */
  accept(bot: User, client: BotClient, peer: Peer): Outcome<(socket: WebSocket) => void>;
}

/**
 * One upgrade route per path, then one for mistyped paths, and one for those of the OneBot listeners, which serve nothing else. The token is checked
 * before the upgrade: a peer that is refused never gets a handler, so none of its frames can run.
 */
export function forwardRoutes(ports: ForwardPorts): UpgradeRoute[] {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: ports.deps.maxFrameBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });
  const enter = (request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): void => {
    void admit(ports, server, { request, socket, head, peer });
  };
  const unknown = (request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): void => {
    const detail = `valid paths: ${FORWARD_PATHS.filter((path) => path !== '/' || peer.listener.startsWith('onebot')).join(' ')}`;
    const refusal = refuse('http.route_unknown', { path: pathOf(request).slice(0, 256), detail }).refusal;
    answerRefusal(ports.deps, null, { request, socket, head, peer }, refusal);
  };
  // A bot page may be served from anywhere; what admits it is the token.
  const route = (matches: (path: string) => boolean, handle: UpgradeRoute['handle']): UpgradeRoute => ({
    matches,
    anyOrigin: true,
    handle,
  });
  return [
    ...FORWARD_PATHS.map((served) => route((path) => path === served, enter)),
    route((path) => path.startsWith(OWN_PREFIX), unknown),
    route(() => true, unknown),
  ];
}

async function admit(ports: ForwardPorts, server: WebSocketServer, arrival: Arrival): Promise<void> {
  let closed = false;
  arrival.socket.once('close', () => (closed = true));
  const admitted = await checkToken(ports, arrival).catch((error: unknown) => ({
    ok: false as const,
    refusal: refusalOf(error),
  }));
  if (closed) return;
  if (!admitted.ok) return answerRefusal(ports.deps, server, arrival, admitted.refusal);
  server.handleUpgrade(arrival.request, arrival.socket, arrival.head, admitted.value);
}

async function checkToken(ports: ForwardPorts, { request, peer }: Arrival): Promise<Outcome<(socket: WebSocket) => void>> {
  const presented = presentedToken(request);
  if (!presented.ok) return presented;
  const known = await ports.deps.identify(presented.value.token);
  if (!known.ok) return known;
  const { bot, client } = known.value;
  if (presented.value.place === 'query' && !client.queryToken)
    return refuse('cred.wrong_place', { place: 'query', client: client.name, remedy: 'queryToken: true' });
  advise(ports.deps, client, presented.value);
  return ports.accept(bot, client, peer);
}

/** What works, and is better done otherwise. */
function advise({ events }: OnebotDeps, client: BotClient, { place }: Presented): void {
  if (place === 'header') return;
  const fields = { bot: client.botUid, client: client.name };
  if (place === 'bare') events.info(fields, 'the token came without a scheme; send "Authorization: Bearer <token>"');
  else
    events.info(fields, 'the token came in the address, where proxies and browsers keep it; send it in the Authorization header');
}
