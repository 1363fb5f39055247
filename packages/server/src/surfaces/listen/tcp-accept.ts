import type { Socket } from 'node:net';
import { CONNECT_TIMEOUT_MS } from './client-deps.ts';
import { type AcceptOptions, type ClientHandler, startsLikeJson } from './client-handler.ts';
import type { Peer } from './peer.ts';

/** TCP connections of chat clients: the first bytes tell which of the two protocols the client speaks. Answers what takes the bytes. */
export function acceptSocket(socket: Socket, peer: Peer, options: AcceptOptions): (bytes: Buffer) => void {
  let handler: ClientHandler | null = null;
  let silence: NodeJS.Timeout | null = setTimeout(() => {
    options.refuse({ code: 'wk.auth_timeout', evidence: { state: 'silent' } }, peer);
    socket.destroy();
  }, CONNECT_TIMEOUT_MS);
  const spoke = (): void => {
    if (silence !== null) clearTimeout(silence);
    silence = null;
  };
  socket.once('close', () => {
    spoke();
    handler?.onClosed();
  });
  return (bytes) => {
    if (handler === null) {
      spoke();
      handler = (startsLikeJson(bytes) ? options.json : options.binary).onSocket(socket, peer);
    }
    handler.onBytes(bytes);
  };
}
