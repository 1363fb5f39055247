import type { RefusalCode } from '@hufu/refusals';
import { WebSocket } from 'ws';
import { errorCode, type DialTarget } from './dial-target.ts';

export interface Handshake {
  readonly target: DialTarget;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxFrameBytes: number;
  readonly signal: AbortSignal;
}

export type HandshakeResult =
  | { readonly kind: 'open'; readonly socket: WebSocket }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly location: string | null;
      readonly server: string | null;
      /** As announced; null when it was not. */
      readonly bodyBytes: number | null;
    }
  | { readonly kind: 'error'; readonly code: string };

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** One opening handshake to the addresses that were checked, ended after ten seconds however slowly the peer drips. */
export function handshake({ target, headers, maxFrameBytes, signal }: Handshake): Promise<HandshakeResult> {
  return new Promise((resolve) => {
    const socket = new WebSocket(target.url, {
      headers,
      perMessageDeflate: false,
      maxPayload: maxFrameBytes,
      followRedirects: false,
      lookup: (_host, options, answer) => {
        const [first] = target.addresses;
        if (options.all === true) answer(null, [...target.addresses]);
        else answer(null, first?.address ?? '', first?.family ?? 4);
      },
    });
    const abort = () => socket.terminate();
    signal.addEventListener('abort', abort, { once: true });
    const late = setTimeout(() => {
      finish({ kind: 'error', code: 'ETIMEDOUT' });
      socket.terminate();
    }, HANDSHAKE_TIMEOUT_MS).unref();
    const finish = (result: HandshakeResult) => {
      signal.removeEventListener('abort', abort);
      clearTimeout(late);
      resolve(result);
    };
    // Stays for the socket's life: an 'error' nobody listens to would end the process.
    socket.on('error', (error) => finish({ kind: 'error', code: errorCode(error) }));
    socket.once('open', () => {
      // A framework may send its first call together with the 101: nothing is read until somebody listens.
      socket.pause();
      finish({ kind: 'open', socket });
    });
    socket.once('unexpected-response', (request, response) => {
      finish({
        kind: 'status',
        status: response.statusCode ?? 0,
        location: response.headers.location ?? null,
        server: serverOf(response.headers.server),
        bodyBytes: lengthOf(response.headers['content-length']),
      });
      request.destroy();
    });
  });
}

function lengthOf(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) : null;
}

function serverOf(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' ? header : (header?.[0] ?? null);
}

/** What a failed handshake says by itself, before anybody looks closer. */
export function codeOfError(code: string): RefusalCode {
  if (code === 'ECONNREFUSED') return 'remote.refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'remote.dns';
  if (/TIMEDOUT|EHOSTUNREACH|ENETUNREACH/.test(code)) return 'remote.timeout';
  if (/EPROTO|SSL|TLS|CERT|HPE_/.test(code)) return 'remote.tls_mismatch';
  return 'remote.reset';
}

export function codeOfStatus(status: number, sentToken: boolean): RefusalCode {
  if (status === 401) return sentToken ? 'remote.token_mismatch' : 'remote.token_required';
  if (status === 404) return 'remote.path_wrong';
  if (status === 426) return 'remote.upgrade_lost';
  if (status >= 300 && status < 400) return 'remote.redirect';
  return status >= 500 ? 'remote.front_block' : 'remote.unknown_403';
}
