import type { IncomingHttpHeaders } from 'node:http';
import type { Evidence, Refusal, RefusalCode } from '@hufu/refusals';
import type { ChannelStates } from '../../domain/channels/channel-states.ts';
import type { SendPorts } from '../../domain/messages/send-message.ts';
import type { BotClient, User } from '../../domain/model.ts';
import type { Directory, FileStore, MessageLog } from '../../domain/ports.ts';
import type { Users } from '../../domain/users/users.ts';
import type { Log } from '../../kernel/log.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { Hub } from '../../runtime/hub.ts';

/** A refusal as this surface met it, on its way to the decision records. */
export interface OnebotRefusalSeen {
  readonly refusal: Refusal;
  /** The peer's address, or the URL we dialled without its query. */
  readonly peer: string;
  /** Listener's name, or `reverse`. */
  readonly listener: string;
  readonly method: string;
  /** Path of the handshake, or the action's name. */
  readonly path: string;
  /** Proven bot and the name of its client; null for a handshake with a bad token. */
  readonly botUid: string | null;
  readonly client: string | null;
  /** Who may read it beside the operator: the bot's owner. */
  readonly ownerUid: string | null;
  /** What the peer presented, for the near-miss search afterwards; never stored in plain. */
  readonly presentedToken: string | null;
  /** Of a handshake. */
  readonly headers?: IncomingHttpHeaders;
  /** What the peer was told, e.g. `HTTP 403`; null = nobody was told. */
  readonly answer: string | null;
}

export interface DiagnosisTarget {
  readonly url: string;
  readonly token?: string;
  readonly selfId: number;
  readonly timeoutMs: number;
  /** What our own handshake met, so that it is not repeated. */
  readonly observed: {
    /** 101 = accepted, and closed again at once. */
    readonly status: number;
    readonly server?: string;
    readonly bodyBytes?: number;
    readonly close?: { readonly code: number; readonly reason: string };
  };
  /** Since the peer may have known a connection of ours with this id: 0 while another client holds one, null = there was none. */
  readonly droppedMsAgo: number | null;
  /** Resolved and allowed before the dial: no other address is contacted. */
  readonly addresses: readonly { readonly address: string; readonly family: number }[];
}

export interface Verdict {
  readonly code: RefusalCode;
  readonly confidence: 'certain' | 'likely' | 'possible';
  readonly evidence: readonly { readonly id: string; readonly request: string; readonly result: string }[];
  /** remote.path_wrong: the path that would be right. */
  readonly rightPath?: string;
}

export interface OnebotDeps {
  readonly users: Users;
  readonly channels: ChannelStates;
  readonly directory: Pick<
    Directory,
    'userByNumber' | 'usersByInt' | 'groupsOf' | 'friendsOf' | 'channelByNumber' | 'cursor' | 'saveCursors'
  >;
  readonly log: MessageLog;
  readonly hub: Pick<Hub, 'add' | 'remove'>;
  /** Id of the last message that delivery has handed to the sessions in the hub. */
  position(): number;
  readonly send: SendPorts;
  readonly files: FileStore;
  /** Every configured client, of the store and of the config file. */
  clients(): Promise<readonly BotClient[]>;
  /** Which client a presented token belongs to. All causes a stranger must not tell apart share a public code and take the same time. */
  identify(token: string): Promise<Outcome<{ readonly bot: User; readonly client: BotClient }>>;
  /** Opens a token that we present to others. */
  openToken(sealed: Uint8Array): Outcome<string>;
  readonly decisions: {
    record(seen: OnebotRefusalSeen): string;
    addEvidence(requestId: string, evidence: Evidence, code?: RefusalCode): void;
  };
  diagnose(target: DiagnosisTarget): Promise<Verdict>;
  /** Base of file addresses, e.g. `http://127.0.0.1:5001`; no slash at its end. */
  externalHttp(): string;
  /** `host:port` of our own listeners, so that a reverse client does not dial us. */
  ownAddresses(): readonly string[];
  /** How a refused forward handshake is answered; auto = as a frame for browsers and for tokens in the query, else as HTTP. */
  readonly authReply: 'auto' | 'handshake' | 'frame';
  /** What `get_version_info` calls this server: plugins branch on names they know. */
  readonly appName: string;
  /** Longest frame that is read. */
  readonly maxFrameBytes: number;
  readonly version: string;
  readonly events: Log;
  now(): number;
}

/** Live state of a configured client, for the page. */
export interface BotClientState {
  readonly state: 'connected' | 'connecting' | 'refused' | 'waiting' | 'disabled';
  /** Unix ms of the last change. */
  readonly since: number | null;
  readonly refusal: {
    readonly code: RefusalCode;
    readonly requestId: string;
    readonly text: { readonly zh: string; readonly en: string };
  } | null;
}
