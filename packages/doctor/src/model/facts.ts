import type { Question } from './question.ts';

/** Everything a verdict is drawn from. Plain JSON: saved with `--save`, judged again without a network with `--replay`. */
export interface Facts {
  readonly schema: 'hufu.doctor/1';
  readonly question: Question;
  /** What each probe saw, by probe id; a probe that did not run is absent. */
  readonly seen: Readonly<Record<string, Seen>>;
}

interface Common {
  /** What was asked, in one line for people: `GET /onebot/v11/`, `TCP 127.0.0.1:8080`. Never holds a secret. */
  readonly request: string;
  readonly ms: number;
}

export interface Address {
  readonly address: string;
  readonly family: number;
}

export interface DnsSeen extends Common {
  readonly kind: 'dns';
  readonly addresses: readonly Address[];
  /** Resolver's code, e.g. ENOTFOUND; null when there are addresses. */
  readonly error: string | null;
}

export type TcpResult = 'ok' | 'refused' | 'timeout' | 'reset' | 'unreachable';

export interface TcpSeen extends Common {
  readonly kind: 'tcp';
  readonly tries: readonly { readonly address: string; readonly result: TcpResult }[];
}

export interface TlsSeen extends Common {
  readonly kind: 'tls';
  /** tls: a TLS server answered; plain: something else did; mute: nothing came. */
  readonly result: 'tls' | 'plain' | 'mute';
  /** Why the certificate is not trusted (OpenSSL's name, e.g. CERT_HAS_EXPIRED, DEPTH_ZERO_SELF_SIGNED_CERT, ERR_TLS_CERT_ALTNAME_INVALID); null = trusted or no TLS. */
  readonly certificateError: string | null;
  readonly subject: string;
  readonly issuer?: string;
  /** Names the certificate is for. */
  readonly names: string;
  /** ISO times, '' without a certificate. */
  readonly validFrom: string;
  readonly validTo: string;
}

export interface HttpSeen extends Common {
  readonly kind: 'http';
  /** null: no answer, `error` says why. */
  readonly status: number | null;
  /** Lower-case names; values at most 256 characters. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 2 KiB, secrets replaced; the first bytes when the answer is no HTTP. */
  readonly body: string;
  readonly error: string | null;
}

export interface WsSeen extends Common {
  readonly kind: 'ws';
  /** 101 = accepted; another status = refused before the upgrade; null = no answer. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Body of a refusal, at most 2 KiB. */
  readonly body: string;
  /** Text frames that came, at most 8 of 2 KiB each. */
  readonly frames: readonly string[];
  /** The peer's close; null = still open when we left. */
  readonly close: { readonly code: number; readonly reason: string; readonly afterMs: number } | null;
  readonly error: string | null;
}

/** A WuKongIM CONNECT and what came back. */
export interface WkSeen extends Common {
  readonly kind: 'wk';
  readonly transport: 'tcp' | 'ws';
  readonly connack: {
    readonly reasonCode: number;
    readonly version: number;
    readonly timeDiffMs: number;
    readonly text: string;
  } | null;
  readonly disconnect: { readonly reasonCode: number; readonly reason: string } | null;
  /** First bytes when they are no WKProto, as hex, at most 32. */
  readonly strangeBytes: string;
  readonly closedAfterMs: number | null;
  readonly error: string | null;
}

/** Found without the network: files of a project, a token decoded, two values compared. */
export interface NoteSeen extends Common {
  readonly kind: 'note';
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
}

/** A line of a pasted log that was understood. `request` names the software. */
export interface LineSeen extends Common {
  readonly kind: 'line';
  /** Where it stands first, from 1. */
  readonly line: number;
  readonly times: number;
  /** The line without its secrets. */
  readonly text: string;
  /** What it names: a path, a bot id, an address. */
  readonly values: Readonly<Record<string, string>>;
}

export type Seen = DnsSeen | TcpSeen | TlsSeen | HttpSeen | WsSeen | WkSeen | NoteSeen | LineSeen;

/** What the probe saw, if it ran and saw a thing of that kind. */
export function seenAs<Kind extends Seen['kind']>(facts: Facts, id: string, kind: Kind): Extract<Seen, { kind: Kind }> | null {
  const seen = facts.seen[id];
  return seen !== undefined && isKind(seen, kind) ? seen : null;
}

export const httpOf = (facts: Facts, id: string): HttpSeen | null => seenAs(facts, id, 'http');
export const wsOf = (facts: Facts, id: string): WsSeen | null => seenAs(facts, id, 'ws');
export const lineOf = (facts: Facts, id: string): LineSeen | null => seenAs(facts, id, 'line');
export const noteOf = (facts: Facts, id: string): NoteSeen['values'] => seenAs(facts, id, 'note')?.values ?? {};

function isKind<Kind extends Seen['kind']>(seen: Seen, kind: Kind): seen is Extract<Seen, { kind: Kind }> {
  return seen.kind === kind;
}
