import { saying } from './saying.ts';
import type { HttpSeen, Seen, TlsSeen, WkSeen, WsSeen } from '../model/facts.ts';

const TELLING_HEADERS = ['server', 'via', 'allow', 'location', 'www-authenticate', 'retry-after', 'upgrade'] as const;
const MAX_BODY = 100;

/** What was seen, in one line for people; the same from a live run and from a replay. */
export function resultOf(seen: Seen): string {
  switch (seen.kind) {
    case 'dns':
      return seen.error ?? seen.addresses.map((one) => one.address).join(', ');
    case 'tcp':
      return seen.tries.map((one) => `${one.address} ${one.result}`).join(', ');
    case 'tls':
      return tlsResult(seen);
    case 'http':
      return httpResult(seen);
    case 'ws':
      return wsResult(seen);
    case 'wk':
      return wkResult(seen);
    case 'line':
      return `line ${seen.line}${seen.times > 1 ? ` and ${seen.times - 1} more` : ''}: ${seen.text}`;
    case 'note':
      return Object.entries(seen.values)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(' ');
  }
}

function httpResult({ status, error, headers, body }: HttpSeen): string {
  if (status === null) return `no answer (${error ?? 'closed'})`;
  return [`HTTP ${status}`, ...headerWords(headers), ...bodyWords(body)].join(' ');
}

function wsResult(seen: WsSeen): string {
  const { status, error, headers, body, frames, close } = seen;
  if (status === null) return `no answer (${error ?? 'closed'})`;
  if (status !== 101) return [`HTTP ${status}`, ...headerWords(headers), ...bodyWords(body)].join(' ');
  const end =
    close === null ? [] : [`closed ${close.code}${close.reason === '' ? '' : ` "${close.reason}"`} after ${close.afterMs} ms`];
  return ['accepted (101)', ...frames.slice(0, 2).map((frame) => oneLine(frame)), ...end].join(' · ');
}

function wkResult({ connack, disconnect, strangeBytes, closedAfterMs, error }: WkSeen): string {
  const parts = [
    ...(connack === null ? [] : [`CONNACK ${connack.reasonCode}${connack.text === '' ? '' : ` "${connack.text}"`}`]),
    ...(disconnect === null ? [] : [`DISCONNECT ${disconnect.reasonCode} "${disconnect.reason}"`]),
    ...(strangeBytes === '' ? [] : [`no WKProto: ${strangeBytes}`]),
    ...(connack === null && closedAfterMs !== null ? [`closed without an answer after ${closedAfterMs} ms`] : []),
  ];
  return parts.length > 0 ? parts.join(' · ') : `no answer (${error ?? 'closed'})`;
}

function tlsResult({ result, certificateError, names, validTo }: TlsSeen): string {
  if (result !== 'tls') return result === 'plain' ? 'answers, but not with TLS' : 'no TLS answer';
  return [`TLS`, certificateError ?? 'certificate trusted', names, validTo === '' ? '' : `valid to ${validTo}`]
    .filter(Boolean)
    .join(' · ');
}

function headerWords(headers: HttpSeen['headers']): string[] {
  return TELLING_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${headers[name]}`]));
}

function bodyWords(body: string): string[] {
  if (body === '') return [];
  // Nacos puts its reason behind a long head.
  return [body.length <= MAX_BODY ? oneLine(body) : (saying(body) ?? oneLine(body))];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, MAX_BODY);
}
