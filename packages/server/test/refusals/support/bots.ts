import { createServer, type IncomingMessage } from 'node:http';
import { type WebSocket as ServerSocket, WebSocket, WebSocketServer } from 'ws';

/** The framework's side of a OneBot connection, whoever dialled. */
export interface BotTap {
  /** Sends an action and answers the text that came back. */
  call(action: string, params: unknown): Promise<string>;
  write(text: string | Uint8Array): void;
  texts(): readonly string[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): void;
  /** Closes a connection that was opened for this one call. */
  leave(): void;
}

function tapOf(socket: WebSocket | ServerSocket): BotTap {
  const texts: string[] = [];
  const waiting = new Map<string, (text: string) => void>();
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8');
    texts.push(text);
    const { echo } = JSON.parse(text) as { echo?: unknown };
    const answered = typeof echo === 'string' ? waiting.get(echo) : undefined;
    if (answered !== undefined) answered(text);
  });
  let calls = 0;
  return {
    call(action, params) {
      calls += 1;
      const echo = `echo-${calls}`;
      const answer = new Promise<string>((resolve) => waiting.set(echo, resolve));
      socket.send(JSON.stringify({ action, params, echo }));
      return answer;
    },
    write: (text) => socket.send(text),
    texts: () => texts,
    closed: new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    }),
    close: () => socket.terminate(),
    leave: () => undefined,
  };
}

/** Dials with this token in the header. */
export function dialForward(address: string, token: string, from: string): Promise<BotTap> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${address}`, { headers: { Authorization: `Bearer ${token}` }, localAddress: from });
    const tap = tapOf(socket);
    socket.once('open', () => resolve({ ...tap, leave: tap.close }));
    socket.once('error', reject);
  });
}

export interface Framework {
  /** ws:// address to dial. */
  readonly url: string;
  /** The connection of the next bot that dials. */
  next(): Promise<BotTap>;
  close(): void;
}

/** A framework that lets every bot in, as NoneBot without a token does. */
export async function openFramework(): Promise<Framework> {
  const waiting: ((tap: BotTap) => void)[] = [];
  const arrived: BotTap[] = [];
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket: ServerSocket, _: IncomingMessage) => {
    const tap = tapOf(socket);
    const first = waiting.shift();
    if (first === undefined) arrived.push(tap);
    else first(tap);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  return {
    url: `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/onebot`,
    next() {
      const tap = arrived.shift();
      return tap === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(tap);
    },
    close() {
      for (const client of sockets.clients) client.terminate();
      http.close();
    },
  };
}
