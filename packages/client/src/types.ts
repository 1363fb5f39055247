/** What `/api/v1` answers. Times end in `Ms` (Unix milliseconds) or `Iso`; sequence numbers count from 1 in each channel. */

export const PERSON = 1;
export const GROUP = 2;

export type AccountKind = 'person' | 'bot' | 'system' | 'operator';
export type Payload = Readonly<Record<string, unknown>>;

export interface SignedIn {
  readonly token: string;
  readonly uid: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly expiresAt: string | number;
}

export interface Account {
  readonly uid: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly numericId: number;
}

export interface Contact {
  readonly uid: string;
  readonly name: string;
  readonly kind: AccountKind;
}

export interface ChannelRef {
  readonly channelId: string;
  readonly channelType: number;
}

/** One string for a channel, usable as a map key. */
export function keyOf(channel: ChannelRef): string {
  return `${channel.channelType}:${channel.channelId}`;
}

export interface Msg extends ChannelRef {
  readonly messageId: string;
  /** 0 for a message that is not kept. */
  readonly messageSeq: number;
  readonly fromUid: string;
  readonly fromName: string;
  readonly clientMsgNo: string;
  readonly timestampMs: number;
  /** null when the bytes were no JSON object, or the message was recalled. */
  readonly payload: Payload | null;
}

export interface Conversation extends ChannelRef {
  readonly name: string;
  readonly avatar: string | null;
  readonly unread: number;
  readonly lastSeq: number;
  readonly readSeq: number;
  readonly last: Msg | null;
  readonly isBot: boolean;
  readonly members?: number;
  /** When the channel was made: its place in a list while nothing was said in it. */
  readonly createdMs: number;
}

export interface MemberView {
  readonly uid: string;
  readonly name: string;
  readonly role: 'owner' | 'admin' | 'member';
  readonly kind: AccountKind;
}

export type BotClientState = 'connected' | 'connecting' | 'refused' | 'waiting' | 'disabled';

export interface BotClientView {
  readonly id: string;
  readonly name: string;
  readonly kind: 'reverse' | 'forward';
  readonly url: string | null;
  readonly state: BotClientState;
  readonly since: string | number | null;
  /** Why there is no connection; `text` in the public words. */
  readonly refusal: { readonly requestId: string; readonly code: string; readonly text?: Words } | null;
}

export interface BotView {
  readonly uid: string;
  readonly name: string;
  readonly numericId: number;
  readonly clients: readonly BotClientView[];
}

export type Framework = 'nonebot' | 'koishi' | 'aiocqhttp';

/** The same words in both languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What to do, in order; `command` is to be typed in a terminal. */
export interface SnippetStep extends Words {
  readonly command?: string;
}

/** What to paste into a project of one framework, the bot's token included. */
export interface Snippet {
  readonly framework: string;
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly steps: readonly SnippetStep[];
}

export interface BotMade {
  readonly bot: BotView;
  readonly client: BotClientView;
  /** Told this once. */
  readonly token: string;
  readonly snippets: readonly Snippet[];
}

export interface UploadedFile {
  readonly id: string;
  readonly url: string;
  readonly mime: string;
  readonly size: number;
  readonly width: number | null;
  readonly height: number | null;
}

export interface RefusalRow {
  readonly requestId: string;
  readonly code: string;
  readonly timeIso: string;
  readonly surface: string;
  readonly title: Words;
}

export interface ExplanationText {
  readonly title: string;
  readonly meaning: string;
  readonly check: string | readonly string[];
  readonly fix: string | readonly string[];
}

export interface Explanation {
  readonly requestId: string;
  readonly code: string;
  /** What the other side was told; null = nobody was told. */
  readonly publicCode: string | null;
  readonly timeIso: string;
  readonly surface: string;
  readonly peer: string | null;
  readonly text: { readonly zh: ExplanationText; readonly en: ExplanationText };
  readonly evidence: Readonly<Record<string, unknown>>;
  /** What the peer said of itself; not verified. */
  readonly claimed: Readonly<Record<string, unknown>>;
}

/**
 * An `event` notification of the live connection. Types and their data: `botclient.state` {botUid, id, state, since, url, refusal}; `conversation.changed`
 * {channelId, channelType, readSeq}; `member.changed` {channelId, channelType}; `refusal.recorded` {requestId, code}.
 */
export interface LiveEvent {
  readonly id: string;
  readonly type: string;
  readonly timestampMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}
