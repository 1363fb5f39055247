import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { encodeFrame, FrameDecoder } from '@hufu/protocol/wkproto';
import { createKeyPair } from '@hufu/protocol/wkproto/crypto';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Duplex } from 'node:stream';

export interface WukongBehaviour {
  readonly tokenAuthOn?: boolean;
  readonly managerToken?: string;
  /** `uid:flag` → token, as POST /user/token left them. */
  readonly tokens?: Readonly<Record<string, string>>;
}

export interface FakeWukong {
  readonly tcp: string;
  readonly ws: string;
  readonly http: string;
  [Symbol.dispose](): void;
}

/** What WuKongIM 2.2.5 was recorded to do: a refused CONNECT is answered with nothing, and the socket closes after six seconds; one without a uid is cut off at once. */
const SILENT_MS = 6000;

export async function startWukong(behaviour: WukongBehaviour = {}): Promise<FakeWukong> {
  const sockets = new Set<Duplex>();
  const serve = (stream: Duplex) => {
    sockets.add(stream);
    stream.once('close', () => sockets.delete(stream));
    stream.on('error', () => stream.destroy());
    const decoder = new FrameDecoder({ maxFrameBytes: 1024 * 1024, side: 'server' });
    const late = setTimeout(() => stream.destroy(), 3000);
    stream.once('close', () => clearTimeout(late));
    stream.on('data', (bytes: Buffer) => {
      // Anything that is no WKProto hangs until the idle limit, as recorded for an HTTP request on this port.
      decoder.push(bytes, (frame) => {
        if (frame.type !== 'connect') return stream.destroy();
        clearTimeout(late);
        if (frame.uid === '' || /[@#&]/.test(frame.uid)) return stream.destroy();
        const isRight = behaviour.tokens?.[`${frame.uid}:${frame.deviceFlag}`] === frame.token && frame.token !== '';
        if (behaviour.tokenAuthOn === true && !isRight) return setTimeout(() => stream.destroy(), SILENT_MS).unref();
        const version = Math.min(frame.version, 5);
        const ok = {
          type: 'connack',
          serverVersion: version,
          timeDiff: 0n,
          reasonCode: 1,
          serverKey: createKeyPair().publicKey,
          salt: 'AbCdEfGh12345678',
          nodeId: 1001n,
        } as const;
        stream.write(encodeFrame(ok, frame.version));
      });
    });
  };
  const tcp = createServer((socket: Socket) => serve(socket));
  const web = createHttpServer((_, response) => response.writeHead(426).end());
  const upgrades = new WebSocketServer({ noServer: true });
  web.on('upgrade', (request, socket, head) =>
    upgrades.handleUpgrade(request, socket, head, (ws) => serve(createWebSocketStream(ws))),
  );
  const api = createHttpServer((request, response) => {
    // 401 without a body and before everything else, also before CORS.
    if (behaviour.managerToken !== undefined && request.headers['token'] !== behaviour.managerToken)
      return response.writeHead(401).end();
    const bodies: Record<string, unknown> = {
      '/health': { status: 'ok' },
      '/route': { tcp_addr: '', ws_addr: '', wss_addr: '' },
      '/channel/whitelist': [],
    };
    const body = bodies[(request.url ?? '').split('?', 1)[0] ?? ''];
    if (body === undefined) return response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404 page not found');
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
  });
  const places = await Promise.all([tcp, web, api].map((server) => listen(server)));
  return {
    tcp: `tcp://${places[0] ?? ''}`,
    ws: `ws://${places[1] ?? ''}`,
    http: `http://${places[2] ?? ''}`,
    [Symbol.dispose]() {
      for (const server of [tcp, web, api]) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function listen(server: ReturnType<typeof createServer> | ReturnType<typeof createHttpServer>): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '');
    });
  });
}
