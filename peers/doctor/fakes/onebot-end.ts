import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** A small OneBot program that listens; `like` picks how it refuses, as told by the sources of those programs. */
export interface EndBehaviour {
  readonly like: 'go-cqhttp' | 'llonebot' | 'napcat' | 'lagrange';
  readonly token?: string;
  /** Where it reads the token; both unless said. */
  readonly reads?: 'header' | 'query';
  /** Serves HTTP calls too, or nothing but them. */
  readonly http?: 'too' | 'only';
  /** What becomes of calls. */
  readonly calls?: 'fail' | 'silent';
}

export interface FakeEnd {
  readonly ws: string;
  readonly http: string;
  readonly tokens: string[];
  [Symbol.dispose](): void;
}

export function startEnd(behaviour: EndBehaviour): Promise<FakeEnd> {
  const tokens: string[] = [];
  const server = createServer((request, response) => {
    if (behaviour.http === undefined) return response.writeHead(behaviour.like === 'napcat' ? 426 : 404).end();
    const allowed = isAllowed(request, behaviour, tokens);
    if (!allowed && behaviour.like === 'llonebot') return response.writeHead(403).end('{"message":"403"}');
    if (!allowed && behaviour.like === 'napcat') return response.writeHead(403).end('{"message":"token verify failed!"}');
    if (!allowed) return response.writeHead(401, behaviour.like === 'lagrange' ? { 'WWW-Authenticate': 'Bearer' } : {}).end();
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answerOf(undefined, behaviour)));
  });
  const upgrades = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (behaviour.http === 'only') return socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
    const allowed = isAllowed(request, behaviour, tokens);
    // go-cqhttp and Lagrange refuse in the handshake; LLOneBot and NapCat accept and say it in a frame.
    if (!allowed && (behaviour.like === 'go-cqhttp' || behaviour.like === 'lagrange'))
      return socket.end(`HTTP/1.1 ${request.headers.authorization === undefined ? 401 : 403} \r\nContent-Length: 0\r\n\r\n`);
    if (!['/', '/api', '/event'].includes(path) && behaviour.like !== 'napcat')
      return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    upgrades.handleUpgrade(request, socket, head, (ws) => (allowed ? serve(ws, path, behaviour) : turnAway(ws)));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const place = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
      resolve({
        ws: `ws://${place}`,
        http: `http://${place}`,
        tokens,
        [Symbol.dispose]() {
          for (const client of upgrades.clients) client.terminate();
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

function isAllowed(request: IncomingMessage, { token, reads }: EndBehaviour, tokens: string[]): boolean {
  if (token === undefined) return true;
  const header = request.headers.authorization?.replace(/^(Bearer|Token) /i, '');
  const query = new URL(request.url ?? '/', 'http://any').searchParams.get('access_token') ?? undefined;
  const given = reads === 'header' ? header : reads === 'query' ? query : (header ?? query);
  if (query !== undefined) tokens.push('query');
  return given === token;
}

function turnAway(ws: WebSocket): void {
  ws.send('{"status":"failed","retcode":1403,"data":null,"message":"token验证失败","wording":"token验证失败","echo":null}');
  ws.close();
}

function serve(ws: WebSocket, path: string, behaviour: EndBehaviour): void {
  if (path !== '/api')
    ws.send('{"time":1,"self_id":10001,"post_type":"meta_event","meta_event_type":"lifecycle","sub_type":"connect"}');
  ws.on('message', (data) => {
    if (path === '/event' || behaviour.calls === 'silent') return;
    const { echo } = JSON.parse(String(data)) as { echo?: string };
    ws.send(JSON.stringify(answerOf(echo, behaviour)));
  });
}

function answerOf(echo: string | undefined, behaviour: EndBehaviour) {
  const tail = echo === undefined ? {} : { echo };
  if (behaviour.calls === 'fail')
    return { status: 'failed', retcode: 1404, data: null, message: 'no session', wording: '未登录', ...tail };
  return { status: 'ok', retcode: 0, data: { online: true, good: true }, message: '', wording: '', ...tail };
}
