import { randomBytes, randomInt } from 'node:crypto';
import type { Facts } from '../../model/facts.ts';
import { httpUrl, placeOf, via, wsUrl } from '../../reach/probes.ts';
import type { Tools } from '../../tools/tools.ts';

export const STEP_MS = 2500;
/** A framework that refuses after accepting does so at once; Koishi asks get_login_info in this time. */
export const LISTEN_MS = 1200;
/** Enough for a close that follows the 101 at once. */
export const GLANCE_MS = 300;

export function get(facts: Facts, tools: Tools, path: string) {
  return tools.http({ url: httpUrl(facts, path), method: 'GET', ...via(facts), maxMs: STEP_MS });
}

export function post(
  facts: Facts,
  tools: Tools,
  ask: { readonly path: string; readonly headers?: Readonly<Record<string, string>> },
) {
  return tools.http({ url: httpUrl(facts, ask.path), method: 'POST', headers: ask.headers ?? {}, ...via(facts), maxMs: STEP_MS });
}

/** A handshake of a version that no server speaks, which the WebSocket server refuses before any route is looked for. */
export function oddVersion(facts: Facts, tools: Tools) {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '8',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
  };
  return tools.http({ url: httpUrl(facts, randomPath(facts)), method: 'GET', headers, ...via(facts), maxMs: STEP_MS });
}

/** A handshake that says nothing about itself: no bot id, no role, no token. No framework takes it for a bot. */
export function bareHandshake(facts: Facts, tools: Tools, path: string) {
  return tools.ws({ url: wsUrl(facts, path), ...via(facts), listenMs: GLANCE_MS, maxMs: STEP_MS });
}

export interface Shake {
  readonly path: string;
  readonly selfId: string;
  /** Value after the scheme; undefined = no Authorization at all. */
  readonly token?: string | undefined;
  readonly scheme?: string;
  readonly role?: string;
  readonly listenMs?: number;
}

/** What a OneBot program sends when it dials, in the way the person's own one does it. */
export function handshake(facts: Facts, tools: Tools, shake: Shake) {
  const { given } = facts.question;
  const role = shake.role ?? String(given['role'] ?? 'Universal');
  const scheme = shake.scheme ?? String(given['scheme'] ?? 'Bearer');
  const { token } = shake;
  return tools.ws({
    url: wsUrl(facts, shake.path),
    headers: {
      'X-Self-ID': shake.selfId,
      ...(role === 'none' ? {} : { 'X-Client-Role': role }),
      ...(token === undefined ? {} : { Authorization: scheme === 'raw' ? token : `${scheme} ${token}` }),
    },
    ...via(facts),
    listenMs: shake.listenMs ?? LISTEN_MS,
    maxMs: STEP_MS,
  });
}

export function hasToken(facts: Facts): boolean {
  return facts.question.secrets['token'] !== undefined;
}

export function selfIdOf(facts: Facts): string {
  const { selfId } = facts.question.given;
  return selfId === undefined ? freshId() : String(selfId);
}

/** In the range of bot numbers, and unlikely to be anybody's. */
export function freshId(): string {
  return String(randomInt(3_900_000_000, 4_200_000_000));
}

/** A path that nobody has, beside the one asked about: a proxy that passes on one of them passes on both. */
export function randomPath(facts: Facts): string {
  return `${placeOf(facts).path.replace(/[^/]*$/, '')}hufu-probe-${randomBytes(6).toString('hex')}`;
}
