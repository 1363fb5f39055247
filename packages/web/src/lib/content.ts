import type { Payload } from '@hufu/client';

/** What a payload shows as, whichever program wrote it. */
export interface Content {
  readonly text: string;
  readonly images: readonly { readonly url: string; readonly width: number | null; readonly height: number | null }[];
  readonly files: readonly { readonly url: string; readonly name: string; readonly kind: 'voice' | 'video' | 'file' }[];
  /** What a reply carries of the message that it answers, for when that one is not at hand. */
  readonly quoted: { readonly name: string; readonly payload: Payload | null } | null;
  readonly mentionsAll: boolean;
  readonly mentions: readonly string[];
  /** A notice of the system, shown between messages. */
  readonly notice: boolean;
  readonly known: boolean;
}

const MAX_DEPTH = 6;
const MAX_ATTACHMENTS = 20;
const KINDS: Readonly<Record<number, 'image' | 'voice' | 'video' | 'file'>> = {
  2: 'image',
  3: 'image',
  4: 'voice',
  5: 'video',
  8: 'file',
};

interface Found {
  readonly url: string;
  readonly from: Payload;
}

export function contentOf(payload: Payload | null): Content {
  if (payload === null) {
    return {
      text: '',
      images: [],
      files: [],
      quoted: null,
      mentionsAll: false,
      mentions: [],
      notice: false,
      known: false,
    };
  }
  const type = Number(payload['type'] ?? 0);
  const mention = record(payload['mention']);
  const reply = record(payload['reply']);
  const images: { url: string; width: number | null; height: number | null }[] = [];
  const files: { url: string; name: string; kind: 'voice' | 'video' | 'file' }[] = [];
  const found: Found[] = [];
  collect(payload, 0, found);
  for (const { url, from } of found) {
    const kind = KINDS[Number(from['type'] ?? 0)] ?? (from === payload && KINDS[type] !== undefined ? KINDS[type] : 'image');
    if (kind === 'image') images.push({ url, width: size(from['width']), height: size(from['height']) });
    else files.push({ url, name: text(from['name']) || kind, kind });
  }
  const words = text(payload['content']);
  return {
    text: words,
    images,
    files,
    quoted: reply === null ? null : { name: text(reply['from_name']), payload: record(reply['payload']) },
    mentionsAll: mention?.['all'] === true || mention?.['all'] === 1,
    mentions: Array.isArray(mention?.['uids']) ? mention['uids'].map(String) : [],
    notice: type >= 1000,
    known: words !== '' || found.length > 0,
  };
}

/** Id of the message that this one replies to; '' for none. */
export function replyIdOf(payload: Payload | null): string {
  return String(record(payload?.['reply'])?.['message_id'] ?? '');
}

/** Addresses of pictures and files at any depth; what a reply quotes belongs to the other message. */
function collect(node: unknown, depth: number, found: Found[]): void {
  if (depth > MAX_DEPTH || found.length >= MAX_ATTACHMENTS || typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const item of node) collect(item, depth + 1, found);
    return;
  }
  const object = node as Record<string, unknown>;
  const url = safeUrl(object['url']);
  if (url !== null) found.push({ url, from: object });
  for (const [key, value] of Object.entries(object)) if (key !== 'reply') collect(value, depth + 1, found);
}

/** Only what a link may carry safely: http, https, or a path of this server. */
export function safeUrl(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > 4096) return null;
  if (/^https?:\/\//i.test(value)) return value;
  if (/^[a-z][a-z0-9+.-]*:/i.test(value) || value.startsWith('//')) return null;
  return value.startsWith('/') ? value : `/${value}`;
}

/** Text cut at its http links, so that a template can render both without markup. */
export function linkParts(words: string): { readonly text: string; readonly href: string | null }[] {
  return words
    .split(/(https?:\/\/[^\s<>"'“”，。！？、）】]+)/g)
    .filter((part) => part !== '')
    .map((part) => ({ text: part, href: /^https?:\/\//.test(part) ? part : null }));
}

function record(value: unknown): Payload | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function size(value: unknown): number | null {
  return typeof value === 'number' && value > 0 && value < 100_000 ? Math.round(value) : null;
}
