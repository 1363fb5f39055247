import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { WsSeen } from '../model/facts.ts';
import type { Secrets } from '../model/question.ts';
import { headerFault, headersOf } from './http.ts';
import { pinned } from './pinned.ts';
import { codeOf, since } from './reach.ts';
import { MAX_BODY, shorten } from './redact.ts';
import type { WsAsk } from './tools.ts';

const MAX_FRAMES = 8;

/** One opening handshake; after a 101 it listens a little and leaves with 1000. */
export function wsAsk(ask: WsAsk, secrets: Secrets): Promise<WsSeen> {
  const startMs = performance.now();
  const url = new URL(ask.url);
  const fault = headerFault(ask.headers ?? {});
  if (fault !== null) return Promise.resolve(unsent(`WebSocket ${url.pathname}`, fault));
  return new Promise((resolve) => {
    let status: number | null = null;
    let answer: IncomingMessage | null = null;
    let body = '';
    let close: WsSeen['close'] = null;
    let openedMs = 0;
    const frames: string[] = [];
    const socket = new WebSocket(url, {
      headers: { 'User-Agent': 'Hufu-Doctor', ...ask.headers },
      followRedirects: false,
      perMessageDeflate: false,
      maxPayload: 1024 * 1024,
      rejectUnauthorized: false,
      ...pinned(ask.address),
    });
    const finish = (error: string | null) => {
      clearTimeout(timer);
      if (socket.readyState === socket.OPEN) socket.close(1000);
      setTimeout(() => socket.terminate(), 300).unref();
      resolve({
        kind: 'ws',
        request: `WebSocket ${url.pathname}`,
        status,
        headers: headersOf(answer?.headers ?? {}, secrets),
        body: shorten(body, secrets, MAX_BODY),
        frames,
        close,
        error: status === null ? error : null,
        ms: since(startMs),
      });
    };
    let timer = setTimeout(() => finish('ETIMEDOUT'), ask.maxMs);
    socket.on('error', (error) => {
      // After the 101 the close event tells the end.
      if (status === null) finish(codeOf(error));
    });
    socket.once('upgrade', (response) => {
      answer = response;
    });
    socket.once('open', () => {
      status = 101;
      openedMs = performance.now();
      clearTimeout(timer);
      timer = setTimeout(() => finish(null), ask.listenMs);
      for (const frame of ask.send ?? []) socket.send(frame);
    });
    socket.on('message', (data, isBinary) => {
      if (frames.length < MAX_FRAMES) frames.push(isBinary ? '‹binary›' : shorten(String(data), secrets, MAX_BODY));
    });
    socket.once('close', (code, reason) => {
      if (status !== 101) return;
      close = { code, reason: shorten(String(reason), secrets), afterMs: since(openedMs) };
      finish(null);
    });
    socket.once('unexpected-response', (request, response) => {
      status = response.statusCode ?? 0;
      answer = response;
      response.setEncoding('utf8');
      const done = () => {
        request.destroy();
        finish(null);
      };
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length >= MAX_BODY) done();
      });
      response.on('end', done);
      response.on('error', done);
    });
  });
}

/** No client of HTTP can write that header, so nothing was sent. */
function unsent(request: string, error: string): WsSeen {
  return { kind: 'ws', request, status: null, headers: {}, body: '', frames: [], close: null, error, ms: 0 };
}
