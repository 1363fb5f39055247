import type { Socket } from 'node:net';
import { CONNECT_TIMEOUT_MS } from './client-deps.ts';
import { type AcceptOptions, type ClientHandler, startsLikeJson } from './client-handler.ts';
import { earlyAnswer, writeAnswer } from './early-refusal.ts';
import { type Foreign, foreignProtocol } from './foreign.ts';
import type { Peer } from './peer.ts';

/** TCP connections of chat clients: the first bytes tell which of the two protocols the client speaks. Answers what takes the bytes. */
export function acceptSocket(socket: Socket, peer: Peer, options: AcceptOptions): (bytes: Buffer) => void {
  let handler: ClientHandler | null = null;
  let refused = false;
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
    if (refused) return;
    if (handler === null) {
      spoke();
      const foreign = foreignProtocol(bytes);
      if (foreign !== null) {
        refused = true;
        return refuseForeign(socket, peer, { ...options, foreign });
      }
      handler = (startsLikeJson(bytes) ? options.json : options.binary).onSocket(socket, peer);
    }
    handler.onBytes(bytes);
  };
}

/** HTTP can be told in its own words; for the others there are none that they would read. */
function refuseForeign(socket: Socket, peer: Peer, { foreign, refuse }: AcceptOptions & { readonly foreign: Foreign }): void {
  const refusal = { code: 'wk.protocol', evidence: { problem: foreign.problem } } as const;
  if (foreign.name === 'http')
    writeAnswer(
      socket,
      earlyAnswer((seen) => refuse(seen.refusal, peer), { refusal, peer, request: null }),
    );
  else {
    refuse(refusal, peer);
    socket.destroy();
  }
}
