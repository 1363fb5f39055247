import type { Address, DnsSeen, HttpSeen, NoteSeen, TcpSeen, TlsSeen, WkSeen, WsSeen } from '../model/facts.ts';
import type { Secrets } from '../model/question.ts';

export interface HttpAsk {
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Connect to this address instead of resolving the name again. */
  readonly address?: Address;
  /** A member of the JSON answer that is a secret later probes need, e.g. a fresh token: kept under this name, shown to nobody. */
  readonly learn?: { readonly member: string; readonly as: string };
  readonly maxMs: number;
}

export interface WsAsk {
  /** ws: or wss: */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: Address;
  /** Text frames to send once it is open. */
  readonly send?: readonly string[];
  /** After the 101: how long to listen for frames and for a close. */
  readonly listenMs: number;
  readonly maxMs: number;
}

export interface WkAsk {
  /** `host:port` for TCP, a ws: or wss: address for WebSocket. */
  readonly to: string;
  readonly transport: 'tcp' | 'ws';
  readonly address?: Address;
  readonly uid: string;
  readonly token: string;
  readonly deviceFlag: number;
  readonly deviceId: string;
  /** The real v2 says nothing to a wrong token for up to 6 s. */
  readonly maxMs: number;
}

/** Everything a probe can do. Each call is one request: counted, bounded in time, and free of secrets in what it answers. */
export interface Tools {
  /** The given ones, and those learned since. */
  readonly secrets: Secrets;
  resolve(host: string, maxMs: number): Promise<DnsSeen>;
  connect(addresses: readonly Address[], port: number, maxMs: number): Promise<TcpSeen>;
  tls(target: { readonly host: string; readonly port: number; readonly address: Address }, maxMs: number): Promise<TlsSeen>;
  /** Redirects are not followed. */
  http(ask: HttpAsk): Promise<HttpSeen>;
  ws(ask: WsAsk): Promise<WsSeen>;
  wk(ask: WkAsk): Promise<WkSeen>;
  /** A file of a folder that the person named: at most its first 64 KiB; null when it is not there, or a link leads out of the folder. */
  read(folder: string, name: string): string | null;
  /** A finding without the network. */
  note(request: string, values: NoteSeen['values']): NoteSeen;
}
