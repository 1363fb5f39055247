import type { Socket } from 'node:net';
import { CONNECT_TIMEOUT_MS } from './client-deps.ts';
import { type AcceptOptions, startsLikeJson } from './client-handler.ts';
import type { Peer } from './peer.ts';

/** TCP connections of chat clients: the first bytes tell which of the two protocols the client speaks. */
export function acceptSocket(socket: Socket, peer: Peer, options: AcceptOptions): void {
  const silence = setTimeout(() => {
    options.refuse({ code: 'wk.auth_timeout', evidence: { state: 'silent' } }, peer);
    socket.destroy();
  }, CONNECT_TIMEOUT_MS);
  socket.once('close', () => clearTimeout(silence));
  socket.once('data', (first: Buffer) => {
    clearTimeout(silence);
    const handler = (startsLikeJson(first) ? options.json : options.binary).onSocket(socket, peer);
    socket.once('close', () => handler.onClosed());
    socket.on('data', (bytes: Buffer) => handler.onBytes(bytes));
    handler.onBytes(first);
  });
}
