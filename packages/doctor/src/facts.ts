/** Outcome of one HTTP probe; null = not sent or no answer. */
export interface HttpFact {
  readonly status: number;
  readonly server: string;
  readonly via: boolean;
  readonly location: string;
  readonly allow: string;
  /** First 1 KiB. */
  readonly body: string;
}

/** All that the rules look at. Probes fill it; a test can write it by hand. */
export interface Facts {
  readonly path: string;
  readonly secure: boolean;
  readonly sentToken: boolean;
  /** Status of the real handshake, as the caller met it. */
  readonly observedStatus: number | null;
  readonly observedServer: string;
  /** Since the caller's own connection with this id ended. */
  readonly droppedMsAgo: number | null;
  readonly dns: 'ok' | 'failed';
  readonly tcp: 'ok' | 'refused' | 'timeout' | 'reset' | 'unreached';
  readonly tls: 'ok' | 'mismatch' | 'none';
  /** Per prefix: GET <prefix>/onebot/v11/ and POST <prefix>/onebot/v11/http. */
  readonly adapter: readonly { readonly prefix: string; readonly get: HttpFact | null; readonly post: HttpFact | null }[];
  /** A handshake to a random path without credentials. */
  readonly randomUpgrade: HttpFact | null;
}

export interface EvidenceRow {
  readonly id: string;
  readonly request: string;
  readonly result: string;
}
