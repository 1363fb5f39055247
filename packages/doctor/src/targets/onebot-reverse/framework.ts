import { type Facts, type HttpSeen, httpOf, type WsSeen, wsOf } from '../../model/facts.ts';
import { isAdapterThere } from './nonebot.ts';

/** Who answers there. fastapi and quart: the ground that NoneBot stands on, without its OneBot V11 adapter. */
export type Framework = 'nonebot' | 'fastapi' | 'quart' | 'aiocqhttp' | 'koishi';

/** Programs that stand in front of others. */
const FRONTS = /nginx|openresty|tengine|cloudflare|cloudfront|caddy|envoy|traefik|haproxy|apache|iis/i;
/** Error pages of Werkzeug, on which Quart stands. */
const WERKZEUG = /^<!doctype html>\s*<html lang=en>\s*<title>\d{3} /i;
const PLAIN = ['H1', 'A1', 'A2', 'A1r', 'A3'] as const;
const SHAKEN = ['W2', 'W3', 'W4', 'W4r'] as const;

export function frameworkOf(facts: Facts): Framework | null {
  if (isAdapterThere(facts)) return 'nonebot';
  if (isAiocqhttp(facts)) return 'aiocqhttp';
  if (isKoishi(facts)) return 'koishi';
  const answers = PLAIN.flatMap((id) => httpOf(facts, id) ?? []);
  if (answers.some((one) => one.body.includes('{"detail":"Not Found"}'))) return 'fastapi';
  if (answers.some((one) => one.status === 404 && WERKZEUG.test(one.body))) return 'quart';
  return answers.some((one) => /uvicorn/i.test(one.headers['server'] ?? '')) ? 'fastapi' : null;
}

/** Its only plain route is POST /, on Quart. */
function isAiocqhttp(facts: Facts): boolean {
  const root = httpOf(facts, 'H1');
  const allow = root?.headers['allow'] ?? '';
  return root?.status === 405 && WERKZEUG.test(root.body) && /\bPOST\b/.test(allow) && /\bOPTIONS\b/.test(allow);
}

/** Koishi accepts every handshake and then closes: with a reason at the adapter's path, without a word elsewhere. */
function isKoishi(facts: Facts): boolean {
  const reasons = ['W3', 'W3k', 'W4'].map((id) => wsOf(facts, id)?.close?.reason ?? '');
  if (
    [...reasons, String(facts.question.given['sawCloseReason'] ?? '')].some((one) => /^invalid x-(client-role|self-id)/.test(one))
  )
    return true;
  const random = wsOf(facts, 'W2');
  return random?.status === 101 && random.close?.code === 1005 && httpOf(facts, 'H1')?.body === 'Not Found';
}

export function isWerkzeugPage(seen: HttpSeen | WsSeen): boolean {
  return WERKZEUG.test(seen.body);
}

/** Something that stands in front of programs names itself. */
export function hasFront(facts: Facts): boolean {
  const answers = [...PLAIN.map((id) => httpOf(facts, id)), ...SHAKEN.map((id) => wsOf(facts, id))];
  return answers.some((one) => one !== null && (one.headers['via'] !== undefined || isFrontName(one)));
}

/** A page that the front made by itself, instead of passing on what a framework says. */
export function isFrontPage(seen: HttpSeen | WsSeen | null): boolean {
  return seen !== null && isFrontName(seen) && /<html/i.test(seen.body) && !WERKZEUG.test(seen.body);
}

export function isFrontServer(name: string): boolean {
  return FRONTS.test(name);
}

function isFrontName(seen: HttpSeen | WsSeen): boolean {
  return FRONTS.test(seen.headers['server'] ?? '');
}
