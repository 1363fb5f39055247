import { isJsonObject, type JsonObject } from '../json-object.ts';
import { memberText } from './echo-scan.ts';

/**
 * A call as it stands in a WebSocket frame. `echo` is the JSON source text of the caller's echo, to be given to
 * {@link encodeResponse}; null = the caller sent none and gets none.
 */
export interface OneBotRequest {
  readonly ok: true;
  readonly action: string;
  readonly params: JsonObject;
  readonly echo: string | null;
}

/**
 * To be answered with retcode 1400; a `not_a_call` never is, because two implementations would answer each other without end.
 * `echo` is never null for an unreadable frame: `null` as JSON, unless a scan finds the caller's.
 */
export interface RequestProblem {
  readonly ok: false;
  readonly reason: 'json_invalid' | 'not_an_object' | 'not_a_call' | 'action_missing' | 'params_type';
  readonly detail: string;
  readonly echo: string | null;
}

/** Longer than every action with its suffix; longer names are not repeated in answers and logs. */
const MAX_ACTION_CHARS = 128;

/** Reads one request frame. Never throws; the frame's size is the caller's bound. */
export function parseRequestFrame(text: string): OneBotRequest | RequestProblem {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'json_invalid', detail: 'the frame is not JSON', echo: memberText(text, 'echo') ?? 'null' };
  }
  if (!isJsonObject(frame)) return { ok: false, reason: 'not_an_object', detail: 'the frame is not a JSON object', echo: 'null' };
  const echo = memberText(text, 'echo');
  const action = frame['action'];
  const other = action === undefined ? frameOfImplementation(frame) : null;
  if (other !== null) return { ok: false, reason: 'not_a_call', detail: other, echo };
  if (typeof action !== 'string' || action === '' || action.length > MAX_ACTION_CHARS) {
    return {
      ok: false,
      reason: 'action_missing',
      detail: `action must be a string of 1 to ${MAX_ACTION_CHARS} characters`,
      echo,
    };
  }
  const params = readParams(frame['params']);
  if (params === null) return { ok: false, reason: 'params_type', detail: 'params must be an object', echo };
  return { ok: true, action, params, echo };
}

/** What an implementation sends, and a framework never: an event, or the answer to a call. */
function frameOfImplementation({ post_type: type, status, retcode }: JsonObject): string | null {
  if (typeof type === 'string') return `event ${type.slice(0, 32)}`;
  return typeof status === 'string' && typeof retcode === 'number' ? `answer ${status.slice(0, 32)}` : null;
}

/** Missing and null are no parameters; an array or a scalar is an error (null). */
function readParams(params: unknown): JsonObject | null {
  if (params === undefined || params === null) return {};
  return isJsonObject(params) ? params : null;
}

export type CallMode = 'now' | 'async' | 'rate_limited';

/** Takes `_async` or `_rate_limited` off an action's name, and the slashes an HTTP path may carry around it. */
export function splitAction(action: string): { readonly name: string; readonly mode: CallMode } {
  const name = action.replace(/^\//, '').replace(/\/$/, '');
  if (name.endsWith('_async')) return { name: name.slice(0, -'_async'.length), mode: 'async' };
  if (name.endsWith('_rate_limited')) return { name: name.slice(0, -'_rate_limited'.length), mode: 'rate_limited' };
  return { name, mode: 'now' };
}

export interface OneBotResponse {
  readonly status: 'ok' | 'async' | 'failed';
  readonly retcode: number;
  readonly data: unknown;
  /** Empty on success. */
  readonly message: string;
  readonly wording: string;
  /** Public refusal code; also written as `msg`, which Yunzai reads. */
  readonly reason?: string;
  readonly requestId?: string;
}

/** Writes an answer and puts the echo's own text back in. Data that JSON cannot carry becomes a failed answer, never an exception. */
export function encodeResponse(response: OneBotResponse, echoText: string | null): string {
  let body: string;
  try {
    body = writeBody(response);
  } catch {
    const text = 'the answer could not be written';
    body = writeBody({ status: 'failed', retcode: 1500, data: null, message: text, wording: text, reason: 'srv.fault' });
  }
  return echoText === null ? body : `${body.slice(0, -1)},"echo":${echoText}}`;
}

function writeBody({ status, retcode, data, message, wording, reason, requestId }: OneBotResponse): string {
  const refusal = reason === undefined ? {} : { msg: reason, reason };
  const trace = requestId === undefined ? {} : { requestId };
  return JSON.stringify({ status, retcode, data: data ?? null, message, wording, ...refusal, ...trace });
}
