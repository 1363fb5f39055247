import type { NoteSeen } from '../model/facts.ts';
import type { Secrets } from '../model/question.ts';
import { readInside } from './files.ts';
import { httpAsk } from './http.ts';
import { resolveHost, tcpConnect, tlsHandshake } from './reach.ts';
import { shorten } from './redact.ts';
import type { Tools } from './tools.ts';
import { wkAsk } from './wk.ts';
import { wsAsk } from './ws.ts';

/** The run has sent all that it may. */
export class OutOfRequests extends Error {}

/** The tools over the real network, one request at a time. What goes beyond the limit is not sent: OutOfRequests. */
export function networkTools(given: Secrets, limit: { readonly requests: number; readonly untilMs: number }): Tools {
  const secrets: Record<string, string> = { ...given };
  let left = limit.requests;
  const bounded = (maxMs: number) => Math.max(1, Math.min(maxMs, limit.untilMs - Date.now()));
  const counted = <T>(work: () => Promise<T>): Promise<T> => {
    left -= 1;
    if (left < 0) throw new OutOfRequests();
    return work();
  };
  return {
    secrets,
    resolve: (host, maxMs) => resolveHost(host, bounded(maxMs)),
    connect: (addresses, port, maxMs) => counted(() => tcpConnect(addresses, port, bounded(maxMs))),
    tls: (target, maxMs) => counted(() => tlsHandshake(target, bounded(maxMs))),
    http: (ask) =>
      counted(() => httpAsk({ ...ask, maxMs: bounded(ask.maxMs) }, secrets, (name, value) => (secrets[name] = value))),
    ws: (ask) => counted(() => wsAsk({ ...ask, maxMs: bounded(ask.maxMs), listenMs: bounded(ask.listenMs) }, secrets)),
    wk: (ask) => counted(() => wkAsk({ ...ask, maxMs: bounded(ask.maxMs) }, secrets)),
    read: readInside,
    note: (request, values) => noteOf(request, values, secrets),
  };
}

function noteOf(request: string, values: NoteSeen['values'], secrets: Secrets): NoteSeen {
  const clean = Object.entries(values).map(([key, value]) => [key, typeof value === 'string' ? shorten(value, secrets) : value]);
  return { kind: 'note', request, values: Object.fromEntries(clean), ms: 0 };
}
