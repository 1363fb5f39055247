import { createServer, type IncomingMessage } from 'node:http';
import type { TestContext } from 'node:test';
import { WebSocketServer } from 'ws';
import type { BotClientState } from '../../../src/surfaces/onebot/index.ts';
import { type onebotWorld, Peer } from './world.ts';

type Status = number | { readonly status: number; readonly location: string };

/** The other end of a reverse WebSocket. `onUpgrade` answers the status of a handshake, 101 = accept. */
export async function framework(t: TestContext, onUpgrade?: (request: IncomingMessage) => Status) {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const arrivals: { headers: IncomingMessage['headers']; peer: Peer }[] = [];
  let arrived: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (arrived = resolve));
  server.on('upgrade', (request, socket, head) => {
    const answer = onUpgrade?.(request) ?? 101;
    const { status, location: to } = typeof answer === 'number' ? { status: answer, location: null } : answer;
    if (status !== 101) {
      const location = to === null ? '' : `Location: ${to}\r\n`;
      socket.end(`HTTP/1.1 ${status} X\r\n${location}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      arrivals.push({ headers: request.headers, peer: new Peer(ws) });
      arrived();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/onebot/v11/ws`;
  const close = () => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  return { url, arrivals, first };
}

/** The first state from now on that is wanted. */
export function untilState(
  world: Awaited<ReturnType<typeof onebotWorld>>,
  wanted: (state: BotClientState) => boolean,
): Promise<BotClientState> {
  return new Promise((resolve) => {
    world.surface.onState((_, state) => {
      if (wanted(state)) resolve(state);
    });
  });
}
