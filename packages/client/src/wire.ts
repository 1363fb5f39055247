import { decodePayload } from './payload.ts';
import { type ClientRefusal, success, type Result } from './result.ts';
import { type LiveEvent, type Msg, PERSON } from './types.ts';

type Params = Readonly<Record<string, unknown>>;

export interface Sent {
  /** Decimal text: it may be above 2^53. */
  readonly messageId: string;
  /** Place in the channel; 0 for a message that is not kept. */
  readonly messageSeq: number;
}

/** The answer to `send`. */
export function sentOf(result: Params): Result<Sent> {
  const reasonCode = result['reasonCode'] ?? 1;
  if (reasonCode !== 1) return { ok: false, refusal: refusalOfReason(reasonCode, 'The server refused the message.') };
  return success({ messageId: String(result['messageId'] ?? ''), messageSeq: Number(result['messageSeq'] ?? 0) });
}

/** A refusal that is a WuKongIM reason code alone, as foreign servers send it. */
export function refusalOfReason(reasonCode: unknown, message: string): ClientRefusal {
  return { code: `reason.${String(reasonCode)}`, message, requestId: '' };
}

/** A refused CONNECT also closes with `<publicCode>; req=<id>`; an unexplained close is a lost connection. */
export function refusalOfClose(code: number, reason: string): ClientRefusal {
  const told = /^([a-z0-9_.]+); req=(\S+)/.exec(reason);
  if (code >= 4400 && told !== null) return { code: told[1] ?? '', message: told[1] ?? '', requestId: told[2] ?? '' };
  return { code: 'client.unreachable', message: 'The server is not reachable.', requestId: '' };
}

/** A `disconnect` says `<sentence> (<publicCode>; req=<id>)`. */
export function refusalOfDisconnect(params: Params): ClientRefusal {
  const reason = String(params['reason'] ?? '');
  const told = /^(.*?)\s*\(([a-z0-9_.]+); req=([^)\s]+)\)\s*$/s.exec(reason);
  if (told === null) return { code: 'wk.kicked', message: reason, requestId: '' };
  return { code: told[2] ?? '', message: told[1] ?? '', requestId: told[3] ?? '' };
}

/** A `recv` as the receiver `uid` sees it. */
export function messageOf(uid: string, params: Params): Msg {
  const fromUid = String(params['fromUid'] ?? '');
  const channelType = Number(params['channelType'] ?? 0);
  const named = String(params['channelId'] ?? '');
  return {
    messageId: String(params['messageId'] ?? ''),
    messageSeq: Number(params['messageSeq'] ?? 0),
    fromUid,
    fromName: '',
    // A person channel is the other party's uid; a message to me may name me instead.
    channelId: channelType === PERSON && named === uid && fromUid !== uid ? fromUid : named,
    channelType,
    clientMsgNo: String(params['clientMsgNo'] ?? ''),
    timestampMs: Number(params['timestamp'] ?? 0) * 1000,
    payload: decodePayload(params['payload']),
  };
}

/** null: an event without a type is nothing anybody could act on. */
export function eventOf(params: Params): LiveEvent | null {
  const { id, type, timestamp, data } = params;
  if (typeof type !== 'string' || type === '') return null;
  return { id: String(id ?? ''), type, timestampMs: Number(timestamp ?? 0), data: recordOf(data) };
}

function recordOf(data: unknown): Params {
  let value = data;
  if (typeof data === 'string') {
    try {
      value = JSON.parse(data);
    } catch {
      value = {};
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Params) : {};
}
