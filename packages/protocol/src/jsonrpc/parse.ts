import { parseJson, payloadBytes, readCall } from './envelope.ts';
import { FieldReader } from './fields.ts';
import {
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  type RpcConnectParams,
  type RpcId,
  type RpcMessage,
  type RpcParsed,
  type RpcProblem,
  type RpcSendParams,
} from './messages.ts';
import { ObjectStream } from './object-stream.ts';

const MAX_NAME_CHARS = 1024;
const MAX_TEXT_CHARS = 32_767;
/** More in one text is a flood, not a client. */
const MAX_OBJECTS = 256;
const encoder = new TextEncoder();
const METHODS = new Set(['connect', 'send', 'ping', 'recvack', 'disconnect', 'subscribe', 'unsubscribe']);

/**
 * The messages of one WebSocket text: usually one object; several concatenated ones are taken in order, as WuKongIM v2 does, up to the first broken one.
 * Never throws. `maxChars` bounds the text.
 */
export function parseRpcText(text: string, maxChars: number): RpcParsed[] {
  if (text.length > maxChars) return [problem(null, PARSE_ERROR, `message is longer than ${maxChars} characters`)];
  const whole = parseJson(text);
  if (whole !== undefined) return [parseRpcValue(whole)];
  const parsed: RpcParsed[] = [];
  const stream = new ObjectStream(text.length * 3);
  const wrong = stream.push(encoder.encode(text), (part) => {
    if (parsed.length < MAX_OBJECTS) parsed.push(parseRpcObject(part));
  });
  if (parsed.length === MAX_OBJECTS) parsed.push(problem(null, PARSE_ERROR, `more than ${MAX_OBJECTS} messages in one text`));
  else if (wrong !== null || stream.heldBytes > 0 || parsed.length === 0)
    parsed.push(problem(null, PARSE_ERROR, 'message is not valid JSON'));
  return parsed;
}

/** The message of a text that is one JSON object. */
export function parseRpcObject(text: string): RpcParsed {
  const value = parseJson(text);
  return value === undefined ? problem(null, PARSE_ERROR, 'message is not valid JSON') : parseRpcValue(value);
}

/** One parsed JSON value as a message. */
function parseRpcValue(value: unknown): RpcParsed {
  const parsed = readCall(value);
  if (!parsed.ok) return problem(parsed.id, parsed.code, parsed.problem);
  const { id, method, params } = parsed.call;
  if (!METHODS.has(method)) return problem(id, METHOD_NOT_FOUND, `method ${JSON.stringify(method.slice(0, 64))} is unknown`);
  const fields = new FieldReader(params);
  const message = messageOf(method, id, fields);
  if (typeof message === 'string') return problem(id, INVALID_REQUEST, message);
  return fields.problem === null ? { ok: true, message } : problem(id, INVALID_PARAMS, fields.problem);
}

/** A string says what is wrong with the envelope. */
function messageOf(method: string, id: RpcId | null, fields: FieldReader): RpcMessage | string {
  switch (method) {
    case 'connect':
      return id === null ? 'connect needs an id' : { method, id, params: connectParams(fields) };
    case 'send':
      return { method, id, params: sendParams(fields) };
    case 'recvack':
      return {
        method,
        id,
        params: {
          flags: fields.header(),
          messageId: fields.id('messageId'),
          messageSeq: fields.whole('messageSeq', Number.MAX_SAFE_INTEGER),
        },
      };
    case 'disconnect':
      return {
        method,
        id,
        params: { reasonCode: fields.whole('reasonCode', 255), reason: fields.text('reason', MAX_TEXT_CHARS) },
      };
    case 'subscribe':
    case 'unsubscribe': {
      const subNo = fields.text('subNo', MAX_NAME_CHARS);
      const channelId = fields.requiredText('channelId', MAX_NAME_CHARS);
      return {
        method,
        id,
        params: { subNo, channelId, channelType: fields.whole('channelType', 255), param: fields.text('param', MAX_TEXT_CHARS) },
      };
    }
    default:
      return { method: 'ping', id };
  }
}

/** An empty uid is let through: refusing it is the business of the CONNECT, with its own reason. */
function connectParams(fields: FieldReader): RpcConnectParams {
  return {
    uid: fields.text('uid', MAX_NAME_CHARS),
    token: fields.text('token', MAX_TEXT_CHARS),
    version: fields.whole('version', 255),
    deviceId: fields.text('deviceId', MAX_NAME_CHARS),
    deviceFlag: fields.whole('deviceFlag', 255),
    clientTimestamp: fields.whole('clientTimestamp', Number.MAX_SAFE_INTEGER),
    clientKey: fields.text('clientKey', MAX_NAME_CHARS),
  };
}

function sendParams(fields: FieldReader): RpcSendParams {
  return {
    flags: fields.header(),
    setting: fields.setting(),
    channelId: fields.requiredText('channelId', MAX_NAME_CHARS),
    channelType: fields.whole('channelType', 255),
    payload: payloadOf(fields),
    clientMsgNo: fields.text('clientMsgNo', MAX_NAME_CHARS),
    expire: fields.whole('expire'),
    topic: fields.text('topic', MAX_NAME_CHARS),
    streamNo: fields.text('streamNo', MAX_NAME_CHARS),
  };
}

function payloadOf(fields: FieldReader): Uint8Array {
  return (
    payloadBytes(fields.value('payload')) ??
    fields.fail('payload must be base64 text (standard, padded) or an object', new Uint8Array(0))
  );
}

function problem(id: RpcId | null, code: RpcProblem['code'], text: string): RpcParsed {
  return { ok: false, error: { id, code, problem: text } };
}
