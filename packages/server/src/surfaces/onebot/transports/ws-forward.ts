import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Refusal, wireOf } from '@hufu/refusals';
import { type WebSocket, WebSocketServer } from 'ws';
import type { BotClient, User } from '../../../domain/model.ts';
import { ok, type Outcome, refusalOf, refuse } from '../../../kernel/outcome.ts';
import type { Peer } from '../../listen/peer.ts';
import type { UpgradeRoute } from '../../listen/upgrade.ts';
import { hasQueryToken, presentedToken } from '../credentials.ts';
import type { OnebotDeps } from '../deps.ts';
import { encodeRefusal } from '../encode-refusal.ts';

export const MAX_FRAME_BYTES = 4 * 1024 * 1024;
const REFUSED_FRAME_GRACE_MS = 1000;

/** Both event and action traffic; `/` is what OneBot tools dial on a port of their own. */
export const FORWARD_PATHS = ['/', '/onebot/v11/', '/onebot/v11/ws'] as const;

export interface ForwardPorts {
  readonly deps: OnebotDeps;
  /** Takes an accepted socket over; refuses when the client has too many. */
  accept(bot: User, client: BotClient, peer: Peer): Outcome<(socket: WebSocket) => void>;
}

/** One upgrade route per path. The token is checked before the upgrade: a peer that is refused never gets a handler, so none of its frames can run. */
export function forwardRoutes(ports: ForwardPorts): UpgradeRoute[] {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  });
  return FORWARD_PATHS.map((served) => ({
    matches: (path) => path === served,
    // A bot page may be served from anywhere; what admits it is the token.
    anyOrigin: true,
    handle: (request, socket, head, peer) => void admit(ports, server, { request, socket, head, peer }),
  }));
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly peer: Peer;
}

async function admit(ports: ForwardPorts, server: WebSocketServer, arrival: Arrival): Promise<void> {
  let closed = false;
  arrival.socket.once('close', () => (closed = true));
  const admitted = await checkToken(ports, arrival).catch((error: unknown) => ({
    ok: false as const,
    refusal: refusalOf(error),
  }));
  if (closed) return;
  if (!admitted.ok) return answerRefusal(ports, server, arrival, admitted.refusal);
  server.handleUpgrade(arrival.request, arrival.socket, arrival.head, admitted.value);
}

async function checkToken(ports: ForwardPorts, arrival: Arrival): Promise<Outcome<(socket: WebSocket) => void>> {
  const presented = presentedToken(arrival.request);
  if (!presented.ok) return presented;
  const known = await ports.deps.identify(presented.value.token);
  if (!known.ok) return known;
  const { bot, client } = known.value;
  if (presented.value.place === 'query' && !arrival.peer.listener.startsWith('onebot') && !client.queryToken)
    return refuse('cred.wrong_place', { place: 'query' });
  const taken = ports.accept(bot, client, arrival.peer);
  return taken.ok ? ok(taken.value) : taken;
}

function answerRefusal(ports: ForwardPorts, server: WebSocketServer, arrival: Arrival, refusal: Refusal): void {
  const { request, socket, head, peer } = arrival;
  const presented = presentedToken(request);
  // A browser cannot see the status of a handshake, and node-napcat-ts knows a bad token only by a failed frame.
  const asFrame = request.headers.origin !== undefined || hasQueryToken(request);
  const status = wireOf(refusal.code).wsHandshake;
  const requestId = ports.deps.decisions.record({
    refusal,
    peer: peer.address,
    listener: peer.listener,
    method: 'GET',
    path: (request.url ?? '/').split('?', 1)[0] ?? '/',
    botUid: null,
    ownerUid: null,
    presentedToken: presented.ok ? presented.value.token : null,
    headers: request.headers,
    answer: asFrame ? 'frame, close 1008' : `HTTP ${status}`,
  });
  const body = encodeRefusal(refusal, requestId);
  if (asFrame) {
    server.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => ws.terminate());
      ws.send(JSON.stringify({ ...body, echo: null }));
      ws.close(1008, `${body.reason}; req=${requestId}`.slice(0, 123));
      setTimeout(() => ws.terminate(), REFUSED_FRAME_GRACE_MS).unref();
    });
    return;
  }
  socket.end(httpRefusal(status, JSON.stringify(body), body.reason, requestId, refusal));
}

function httpRefusal(status: number, body: string, reason: string, requestId: string, refusal: Refusal): string {
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    `X-Hufu-Reason: ${reason}`,
    ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    ...(refusal.retryAfterSeconds === undefined ? [] : [`Retry-After: ${refusal.retryAfterSeconds}`]),
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}
