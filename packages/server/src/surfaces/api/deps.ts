import type { Refusal } from '@hufu/refusals';
import type { ChannelStates } from '../../domain/channels/channel-states.ts';
import type { User } from '../../domain/model.ts';
import type { Bus, Directory, FileStore, MessageLog } from '../../domain/ports.ts';
import type { Users } from '../../domain/users/users.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { DecisionRow, Explanation, Viewer } from '../../policy/decisions/recorder.ts';
import type { Hub } from '../../runtime/hub.ts';
import type { Caller } from '../listen/caller.ts';
import type { UploadSlots } from './upload-slots.ts';

/** A person by session, or the operator by session or admin secret. */
export type Principal = { readonly kind: 'person'; readonly user: User } | { readonly kind: 'operator' };

export interface NewSession {
  /** Shown once. */
  readonly token: string;
  readonly expiresMs: number;
}

export interface Auth {
  /** Unknown uid, wrong password and banned give one refusal; too many failures lock. */
  login(uid: string, password: string, caller: Caller): Promise<Outcome<NewSession>>;
  loginOperator(secret: string, caller: Caller): Promise<Outcome<NewSession>>;
  /** Answers the hash of the token whose session has ended. */
  logout(caller: Caller): Promise<Outcome<Uint8Array>>;
  identify(caller: Caller): Promise<Outcome<Principal>>;
  /** Verifier text of an account's new password, null when that is its password already; refuses one that is too short or too long. */
  newVerifier(uid: string, password: string): Promise<Outcome<string | null>>;
}

export interface TokenSecrets {
  newToken(): string;
  /** Keyed hash for tokens that others present to us. */
  hash(token: string): Uint8Array;
  /** Sealed under the master key for tokens that we present. */
  seal(token: string): Uint8Array;
}

export interface BotClientState {
  readonly state: 'connected' | 'connecting' | 'refused' | 'waiting' | 'disabled';
  /** Unix ms, null when it has never changed. */
  readonly since: number | null;
  /** What the other end answered, for the page. */
  readonly refusal: { readonly code: string; readonly requestId: string } | null;
}

export interface Answered {
  /** The proven account, if any. */
  readonly uid: string | null;
  readonly httpStatus: number;
}

export interface Decisions {
  /** Keeps a refusal; answers its request id. */
  record(refusal: Refusal, caller: Caller, answered: Answered): string;
  newRequestId(): string;
  list(viewer: Viewer, limit: number): Promise<readonly DecisionRow[]>;
  /** null for unknown and for foreign ids. */
  explain(requestId: string, viewer: Viewer): Promise<Explanation | null>;
}

/** What the routes need; `app` wires it. */
export interface ApiDeps {
  readonly users: Users;
  readonly channels: ChannelStates;
  readonly directory: Directory;
  readonly log: MessageLog;
  readonly bus: Bus;
  readonly hub: Pick<Hub, 'sessionsOf'>;
  readonly files: FileStore;
  readonly uploads: UploadSlots;
  readonly maxFileBytes: number;
  readonly auth: Auth;
  readonly secrets: TokenSecrets;
  readonly decisions: Decisions;
  /** Live state of a configured client; null when the OneBot surface does not know it. */
  botState(clientId: string): BotClientState | null;
  /** Dials again now. */
  retryClient(clientId: string): void;
}
