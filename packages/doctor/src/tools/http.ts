import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest, validateHeaderValue } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HttpSeen } from '../model/facts.ts';
import type { Secrets } from '../model/question.ts';
import { pinned } from './pinned.ts';
import { codeOf, since } from './reach.ts';
import { MAX_BODY, shorten } from './redact.ts';
import type { HttpAsk } from './tools.ts';

const MAX_BANNER = 80;

/** One request. Follows nothing, judges no certificate (that is a probe of its own), reads at most 2 KiB. */
export function httpAsk(ask: HttpAsk, secrets: Secrets, learned: (name: string, value: string) => void): Promise<HttpSeen> {
  const startMs = performance.now();
  const url = new URL(ask.url);
  const request = `${ask.method} ${url.pathname}`;
  const fault = headerFault(ask.headers ?? {});
  if (fault !== null) return Promise.resolve({ kind: 'http', request, status: null, headers: {}, body: '', error: fault, ms: 0 });
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = send(url, {
      method: ask.method,
      agent: false,
      headers: {
        'User-Agent': 'Hufu-Doctor',
        Accept: 'application/json, */*',
        ...(ask.body === undefined && ask.method !== 'POST'
          ? {}
          : { 'Content-Length': String(Buffer.byteLength(ask.body ?? '')) }),
        ...ask.headers,
      },
      rejectUnauthorized: false,
      ...pinned(ask.address),
    });
    let answer: IncomingMessage | null = null;
    let body = '';
    const finish = (error: string | null) => {
      clearTimeout(timer);
      sent.destroy();
      const secret = ask.learn === undefined ? null : memberOf(body, ask.learn.member);
      if (ask.learn !== undefined && secret !== null) learned(ask.learn.as, secret);
      resolve({
        kind: 'http',
        request,
        status: answer?.statusCode ?? null,
        headers: headersOf(answer?.headers ?? {}, secrets),
        body: shorten(body, secrets, MAX_BODY),
        error: answer === null ? error : null,
        ms: since(startMs),
      });
    };
    const timer = setTimeout(() => finish('ETIMEDOUT'), ask.maxMs);
    sent.on('error', (error) => {
      // What was sent instead of HTTP often says what it is: "220 mail ESMTP".
      if ('rawPacket' in error && Buffer.isBuffer(error.rawPacket)) body = error.rawPacket.toString('utf8', 0, MAX_BANNER);
      finish(codeOf(error));
    });
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      answer = response;
      finish(null);
    });
    sent.on('response', (response) => {
      answer = response;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length >= MAX_BODY) finish(null);
      });
      response.on('end', () => finish(null));
      response.on('error', () => finish(null));
    });
    sent.end(ask.body);
  });
}

/** Node's code for a header that cannot be written, e.g. a token with a line break: ERR_INVALID_CHAR; null = fine. */
export function headerFault(headers: Readonly<Record<string, string>>): string | null {
  try {
    for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value);
    return null;
  } catch (error) {
    return codeOf(error);
  }
}

/** A text member of a JSON object; null when there is none. */
function memberOf(body: string, name: string): string | null {
  try {
    const value: unknown = JSON.parse(body);
    const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
    return typeof found === 'string' && found !== '' ? found : null;
  } catch {
    return null;
  }
}

/** Headers that say something; cookies and the like stay out. */
const TELLING =
  /^(server|via|location|allow|date|www-authenticate|content-type|retry-after|upgrade|x-request-id|x-hufu-reason|x-accepted-scopes|x-powered-by|cf-ray|x-cache|access-control-[a-z-]+|ratelimit[a-z-]*|x-ratelimit[a-z-]*|sec-websocket-version)$/;

export function headersOf(headers: IncomingHttpHeaders, secrets: Secrets): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && TELLING.test(name)) kept[name] = shorten(Array.isArray(value) ? value.join(', ') : value, secrets);
  }
  return kept;
}
