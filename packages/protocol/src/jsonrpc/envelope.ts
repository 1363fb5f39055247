import { isJsonObject, type JsonObject } from '../json-object.ts';
import { fromBase64 } from './base64.ts';
import { INVALID_PARAMS, INVALID_REQUEST, type PARSE_ERROR, type RpcId } from './messages.ts';

const MAX_ID_CHARS = 256;

/** A call whose method and params nobody has judged yet; params are `{}` when absent. */
export interface RpcCall {
  /** null: no answer is wanted. */
  readonly id: RpcId | null;
  readonly method: string;
  readonly params: JsonObject;
}

export type RpcParsedCall =
  | { readonly ok: true; readonly call: RpcCall }
  | {
      readonly ok: false;
      readonly id: RpcId | null;
      readonly code: typeof PARSE_ERROR | typeof INVALID_REQUEST | typeof INVALID_PARAMS;
      /** Names the field; may be shown to the peer. */
      readonly problem: string;
    };

/** The envelope of JSON-RPC 2.0: `jsonrpc` may be absent, an id is a string or a number. */
export function readCall(value: unknown): RpcParsedCall {
  if (!isJsonObject(value)) return bad(null, INVALID_REQUEST, 'message must be a JSON object');
  const id = idOf(value['id']);
  if (id === undefined) return bad(null, INVALID_REQUEST, `id must be a string of up to ${MAX_ID_CHARS} characters`);
  const { jsonrpc, method, params } = value;
  if (jsonrpc !== undefined && jsonrpc !== '2.0') return bad(id, INVALID_REQUEST, 'jsonrpc must be "2.0"');
  if (method === undefined) return bad(id, INVALID_REQUEST, 'method is missing');
  if (typeof method !== 'string') return bad(id, INVALID_REQUEST, 'method must be a string');
  if (params === undefined || params === null) return { ok: true, call: { id, method, params: {} } };
  return isJsonObject(params) ? { ok: true, call: { id, method, params } } : bad(id, INVALID_PARAMS, 'params must be an object');
}

/** The bytes of a `payload`: base64 text; the Easy SDK for JavaScript sends an object or a list, which counts as its JSON. null when it is neither. */
export function payloadBytes(value: unknown): Uint8Array | null {
  if (typeof value === 'string') return fromBase64(value);
  if (typeof value !== 'object' || value === null) return null;
  try {
    return new TextEncoder().encode(JSON.stringify(value));
  } catch {
    return null; // JSON.stringify recurses, JSON.parse does not: a thousandfold nested object ends the stack.
  }
}

/** undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** null when absent, undefined when it cannot be one. */
function idOf(id: unknown): RpcId | null | undefined {
  if (id === undefined || id === null) return null;
  if (typeof id === 'string') return id.length <= MAX_ID_CHARS ? id : undefined;
  return typeof id === 'number' ? id : undefined;
}

function bad(
  id: RpcId | null,
  code: typeof PARSE_ERROR | typeof INVALID_REQUEST | typeof INVALID_PARAMS,
  problem: string,
): RpcParsedCall {
  return { ok: false, id, code, problem };
}
