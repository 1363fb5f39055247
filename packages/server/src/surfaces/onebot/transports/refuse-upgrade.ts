import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Refusal, wireOf } from '@hufu/refusals';
import type { WebSocketServer } from 'ws';
import type { Peer } from '../../listen/peer.ts';
import { pathOf } from '../../listen/listen.ts';
import { hasQueryToken, presentedToken } from '../credentials.ts';
import type { OnebotDeps } from '../deps.ts';
import { encodeRefusal } from '../encode-refusal.ts';

const FRAME_GRACE_MS = 1000;

export interface Arrival {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly peer: Peer;
}

/**
 * Answers an upgrade that is not accepted: as plain HTTP, or, by the setting of the listeners and for peers that cannot see the status of a handshake
 * (browsers; node-napcat-ts knows a bad token only by a failed frame), as one failed frame on a socket that nobody listens to.
 * @param server null = there is no handshake that could be completed
 */
export function answerRefusal(deps: OnebotDeps, server: WebSocketServer | null, arrival: Arrival, refusal: Refusal): void {
  const { request, socket, head, peer } = arrival;
  const asFrame = server !== null && wantsFrame(deps.authReply, request);
  const presented = presentedToken(request);
  const status = wireOf(refusal.code).wsHandshake;
  const requestId = deps.decisions.record({
    refusal,
    peer: peer.address,
    listener: peer.listener,
    method: 'GET',
    path: pathOf(request).slice(0, 256),
    botUid: null,
    client: null,
    ownerUid: null,
    presentedToken: presented.ok ? presented.value.token : null,
    headers: request.headers,
    answer: asFrame ? 'frame, close 1008' : `HTTP ${status}`,
  });
  const body = encodeRefusal(refusal, requestId);
  if (!asFrame) {
    socket.end(httpRefusal({ status, requestId, reason: body.reason, refusal }, JSON.stringify(body)));
    return;
  }
  server.handleUpgrade(request, socket, head, (ws) => {
    ws.on('error', () => ws.terminate());
    ws.send(JSON.stringify({ ...body, echo: null }));
    ws.close(1008, `${body.reason}; req=${requestId}`.slice(0, 123));
    setTimeout(() => ws.terminate(), FRAME_GRACE_MS).unref();
  });
}

function wantsFrame(authReply: OnebotDeps['authReply'], request: IncomingMessage): boolean {
  if (authReply !== 'auto') return authReply === 'frame';
  return request.headers.origin !== undefined || hasQueryToken(request);
}

interface Head {
  readonly status: number;
  readonly requestId: string;
  readonly reason: string;
  readonly refusal: Refusal;
}

function httpRefusal({ status, requestId, reason, refusal }: Head, body: string): string {
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${requestId}`,
    `X-Hufu-Reason: ${reason}`,
    ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    ...(refusal.retryAfterSeconds === undefined ? [] : [`Retry-After: ${refusal.retryAfterSeconds}`]),
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}
