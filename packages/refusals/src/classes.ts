import { definitionOf, type RefusalCode } from './codes.ts';
import type { RefusalClass } from './refusal.ts';

/** The numbers of one refusal on every wire. */
export interface RefusalWire {
  readonly http: number;
  readonly wsHandshake: number;
  readonly wsClose: number;
  /** WuKongIM ReasonCode in CONNACK, SENDACK and JSON-RPC errors. */
  readonly wkReason: number;
  readonly onebotHttp: number;
  readonly onebotRetcode: number;
}

const byClass: Readonly<Record<RefusalClass, RefusalWire>> = {
  A0: wire(401, 401, 4401, 2, 401, 1401),
  A1: wire(401, 401, 4401, 2, 401, 1401),
  A2: wire(401, 403, 4401, 2, 403, 1403),
  A3: wire(401, 403, 4401, 2, 403, 1403),
  P1: wire(403, 403, 4403, 2, 403, 1403),
  P2: wire(403, 403, 4403, 11, 403, 1403),
  P3: wire(403, 403, 4403, 19, 403, 1403),
  P4: wire(403, 403, 4403, 11, 200, 1200),
  R1: wire(429, 429, 4429, 22, 429, 1429),
  R3: wire(503, 503, 1013, 22, 503, 1429),
  M1: wire(404, 404, 4404, 5, 404, 1404),
  M2: wire(405, 405, 4405, 20, 405, 1405),
  M3: wire(400, 400, 1007, 9, 400, 1400),
  O1: wire(403, 403, 4403, 2, 403, 1403),
  U1: wire(426, 426, 1002, 27, 426, 1400),
  C1: wire(409, 409, 4409, 12, 409, 1200),
  K1: wire(401, 401, 4401, 12, 401, 1200),
  S1: wire(503, 503, 1013, 15, 503, 1503),
  S2: wire(500, 500, 1011, 15, 500, 1500),
};

/** Where a code has a number of its own. Codes of 26 and above are unknown to the JS SDK and are never used. */
const byCode: Partial<Record<RefusalCode, Partial<RefusalWire>>> = {
  'im.not_member': { wkReason: 3 },
  'im.blacklisted': { wkReason: 4 },
  'im.channel_missing': { wkReason: 3 },
  'im.user_missing': { http: 404, wkReason: 5 },
  'im.message_missing': { http: 404, wkReason: 5 },
  'im.not_whitelisted': { wkReason: 13 },
  'im.disbanded': { wkReason: 24 },
  'im.send_banned': { wkReason: 25 },
  'im.channel_banned': { wkReason: 19 },
  'im.msg_key': { wkReason: 8 },
  'im.channel_invalid': { wkReason: 16 },
  'im.channel_type_unsupported': { wkReason: 23 },
  'im.idempotency_conflict': { wkReason: 11 },
  'im.payload_too_large': { http: 413 },
  'media.missing': { http: 404 },
  'media.too_large': { http: 413 },
  'http.body_too_large': { http: 413, wsClose: 1009, onebotHttp: 413 },
  'http.bad_media_type': { http: 415, onebotHttp: 406 },
  'http.upgrade_bad': { http: 400, wsHandshake: 400 },
  'wk.client_key': { wkReason: 2, wsClose: 4401 },
  'wk.uid_invalid': { wkReason: 2, wsClose: 4400 },
  'wk.auth_timeout': { wsClose: 4408, wkReason: 2 },
  'wk.protocol': { wsClose: 1002 },
  'onebot.segment_unsupported': { onebotRetcode: 1200 },
  'limit.slow_reader': { wsClose: 4408 },
};

/** From one refusal to the numbers of all wires. */
export function wireOf(code: RefusalCode): RefusalWire {
  return { ...byClass[definitionOf(code).class], ...byCode[code] };
}

/** The JS SDK knows the reasons up to 23; what it does not know becomes the nearest that it does. */
const forWeb: Readonly<Record<number, number>> = { 24: 5, 25: 11, 27: 20 };

/** `wkReason` for a client that is the JS SDK, i.e. speaks WKProto over a WebSocket. */
export function wkReasonForWeb(code: RefusalCode): number {
  const { wkReason } = wireOf(code);
  return forWeb[wkReason] ?? wkReason;
}

function wire(
  http: number,
  wsHandshake: number,
  wsClose: number,
  wkReason: number,
  onebotHttp: number,
  onebotRetcode: number,
): RefusalWire {
  return { http, wsHandshake, wsClose, wkReason, onebotHttp, onebotRetcode };
}
