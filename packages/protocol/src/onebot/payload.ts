/**
 * What people's clients store as a message's content, as far as bots can say and read it. All offsets and lengths count UTF-16
 * units of `content`.
 *
 * - text: `{type: 1, content, mention?, reply?, entities?}`. An at stands in `content` as `@<name>`; `mention` says who is meant.
 * - one image: `{type: 2, url, width, height, reply?}`; several without text: the first so, all of them in `parts`.
 * - text and images: type 1 with the whole text in `content`, so that a client which knows only text shows it, and the images in
 *   `parts: [{type: 2, url, width, height, offset}]`, each at its place in `content`.
 * - `entities` name stretches of `content`: `{type: 'mention', value: uid}` tells which of two equal names is whose, and
 *   `{type: 'face', value: id}` keeps the number of a face that is shown as an emoji. Reading works without them.
 */
export interface Payload {
  readonly type: 1 | 2;
  readonly content?: string;
  readonly url?: string;
  readonly width?: number;
  readonly height?: number;
  readonly parts?: readonly ImagePart[];
  readonly mention?: Mention;
  readonly reply?: ReplyInfo;
  readonly entities?: readonly Entity[];
}

export interface ImageInfo {
  readonly url: string;
  /** Pixels; 0 = unknown. */
  readonly width: number;
  readonly height: number;
}

export interface ImagePart extends ImageInfo {
  readonly type: 2;
  readonly offset: number;
}

export interface Mention {
  readonly uids?: readonly string[];
  readonly all?: true;
}

/** The message replied to; `message_id` in decimal, the rest as people's clients want it for the quote line. */
export interface ReplyInfo {
  readonly message_id: string;
  readonly message_seq?: number;
  readonly from_uid?: string;
  readonly from_name?: string;
  readonly payload?: object;
}

export interface Entity {
  readonly type: 'mention' | 'face';
  readonly offset: number;
  readonly length: number;
  /** uid, `all`, or face id. */
  readonly value: string;
}

/** How an at of everybody is written in content, and what else people's clients write. */
export const ALL_TEXT = '@所有人';
export const ALL_TEXTS: readonly string[] = [ALL_TEXT, '@全体成员', '@everyone', '@All', '@all'];

/** Mentions of one message that are looked at; more are text. */
export const MAX_MENTIONS = 500;

/** Images of one message that are looked at. */
export const MAX_PARTS = 100;

/** Entities of one message that are looked at: twice what a message of `MAX_SEGMENTS` needs. */
export const MAX_ENTITIES = 2000;
