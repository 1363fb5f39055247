import type { DnsSeen, Facts, HttpSeen, NoteSeen, Seen, TcpSeen, TlsSeen, WsSeen } from '../../src/model/facts.ts';
import type { Question } from '../../src/model/question.ts';

/** Facts written by hand: what a probe would have seen, without a network. */
export function http(status: number | null, patch: Partial<HttpSeen> = {}): HttpSeen {
  return {
    kind: 'http',
    request: 'GET /',
    status,
    headers: {},
    body: '',
    error: status === null ? 'ECONNRESET' : null,
    ms: 1,
    ...patch,
  };
}

export function ws(status: number | null, patch: Partial<WsSeen> = {}): WsSeen {
  return {
    kind: 'ws',
    request: 'WebSocket /',
    status,
    headers: {},
    body: '',
    frames: [],
    close: null,
    error: null,
    ms: 1,
    ...patch,
  };
}

export function dns(...addresses: string[]): DnsSeen {
  const list = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return { kind: 'dns', request: 'resolve', addresses: list, error: list.length === 0 ? 'ENOTFOUND' : null, ms: 1 };
}

export function tcp(...tries: TcpSeen['tries'][number][]): TcpSeen {
  return { kind: 'tcp', request: 'TCP', tries, ms: 1 };
}

export function tls(result: TlsSeen['result'], certificateError: string | null = null): TlsSeen {
  return { kind: 'tls', request: 'TLS', result, certificateError, subject: '', names: '', validFrom: '', validTo: '', ms: 1 };
}

export function note(values: NoteSeen['values']): NoteSeen {
  return { kind: 'note', request: 'note', values, ms: 0 };
}

export const REACHED = { N1: dns('127.0.0.1'), N2: tcp({ address: '127.0.0.1', result: 'ok' }) } as const;

export function facts(question: Partial<Question>, seen: Readonly<Record<string, Seen>>): Facts {
  return {
    schema: 'hufu.doctor/1',
    question: {
      target: 'onebot-reverse',
      url: 'ws://127.0.0.1:8080/onebot/v11/ws',
      active: false,
      secrets: {},
      given: {},
      ...question,
    },
    seen,
  };
}
