import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HttpFact } from '../facts.ts';
import type { Address } from './reach.ts';

export interface HttpProbe {
  /** Origin and path; never a query, never a credential. */
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly upgrade: boolean;
  readonly address: Address;
  readonly timeoutMs: number;
}

const MAX_BODY = 1024;

/** One harmless request, without body and credentials, to the address that was resolved before. */
export function httpProbe({ url, method, upgrade, address, timeoutMs }: HttpProbe): Promise<HttpFact | null> {
  return new Promise((resolve) => {
    const handshake = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    };
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      method,
      agent: false,
      headers: { 'User-Agent': 'Hufu-Doctor', ...(upgrade ? handshake : method === 'POST' ? { 'Content-Length': '0' } : {}) },
      rejectUnauthorized: false,
      lookup: (_host, options, answer) => {
        if (options.all === true) answer(null, [{ address: address.address, family: address.family }]);
        else answer(null, address.address, address.family);
      },
    });
    let fact: HttpFact | null = null;
    const finish = () => {
      clearTimeout(timer);
      request.destroy();
      resolve(fact);
    };
    const timer = setTimeout(finish, timeoutMs);
    request.on('error', finish);
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      fact = factOf(response, '');
      finish();
    });
    request.on('response', (response) => {
      let body = '';
      fact = factOf(response, body);
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body = (body + chunk).slice(0, MAX_BODY);
        fact = factOf(response, body);
        if (body.length >= MAX_BODY) finish();
      });
      response.on('end', finish);
      response.on('error', finish);
    });
    request.end();
  });
}

function factOf(response: IncomingMessage, body: string): HttpFact {
  const { server = '', via, location = '', allow = '' } = response.headers;
  return {
    status: response.statusCode ?? 0,
    server: text(server),
    via: via !== undefined,
    location: text(location),
    allow: text(allow),
    body,
  };
}

function text(header: string | readonly string[]): string {
  return (typeof header === 'string' ? header : header.join(', ')).slice(0, 256);
}
