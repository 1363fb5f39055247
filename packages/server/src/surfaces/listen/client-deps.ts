import type { Refusal } from '@hufu/refusals';
import type { Session } from '../../domain/model.ts';
import type { SendPorts } from '../../domain/messages/send-message.ts';
import type { Log } from '../../kernel/log.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { Admitted, ConnectClaim as Claim } from '../../policy/credentials/device-token.ts';
import type { Hub } from '../../runtime/hub.ts';
import type { Peer } from './peer.ts';

/** What the peer claims in CONNECT, and over which protocol. */
export interface ConnectClaim extends Claim {
  readonly surface: 'wkproto' | 'jsonrpc';
}

/** A refusal as a surface met it, on its way to the decision records. */
export interface RefusalSeen {
  readonly refusal: Refusal;
  readonly surface: 'wkproto' | 'jsonrpc';
  readonly peer: Peer;
  readonly claim: Claim | null;
  /** The packet or method that was refused; `session` when it was no word of the client's that ended it. */
  readonly call: string;
  /** What the peer was told, e.g. `CONNACK 2`. */
  readonly answer: string;
}

/** What both client protocols need; `app` fills it in. */
export interface ClientSurfaceDeps {
  readonly send: SendPorts;
  readonly hub: Hub;
  /** Checks token, ban and reserved identities. */
  authenticate(claim: ConnectClaim): Promise<Outcome<Admitted>>;
  /** Is it still there? One that was ended is not. */
  hasSession(session: Session): Promise<boolean>;
  /** Records and answers the request id; the near-miss class is found afterwards. */
  refused(seen: RefusalSeen): string;
  readonly limits: { readonly connections: number; readonly connectionsPerAccount: number; readonly outboxBytes: number };
  readonly nodeId: number;
  readonly log: Log;
  now(): number;
}

export const CONNECT_TIMEOUT_MS = 10_000;
export const IDLE_TIMEOUT_MS = 180_000;
