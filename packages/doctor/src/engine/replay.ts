import type { Facts, Seen } from '../model/facts.ts';

const KINDS: Readonly<Record<Seen['kind'], readonly string[]>> = {
  dns: ['addresses'],
  tcp: ['tries'],
  tls: ['result', 'certificateError', 'subject', 'names', 'validFrom', 'validTo'],
  http: ['status', 'headers', 'body', 'error'],
  ws: ['status', 'headers', 'body', 'frames', 'close', 'error'],
  wk: ['transport', 'connack', 'disconnect', 'strangeBytes', 'closedAfterMs', 'error'],
  note: ['values'],
  line: ['line', 'times', 'text', 'values'],
};

/** Facts as `--save` wrote them; null when the text is something else. */
export function readFacts(text: string): Facts | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFacts(value) ? value : null;
  } catch {
    return null;
  }
}

function isFacts(value: unknown): value is Facts {
  if (!isRecord(value) || value['schema'] !== 'hufu.doctor/1') return false;
  const { question, seen } = value;
  if (!isRecord(question) || !isRecord(question['given']) || !isRecord(question['secrets'])) return false;
  if (typeof question['target'] !== 'string' || typeof question['url'] !== 'string') return false;
  return isRecord(seen) && Object.values(seen).every(isSeen);
}

function isSeen(value: unknown): boolean {
  if (!isRecord(value) || typeof value['request'] !== 'string' || typeof value['ms'] !== 'number') return false;
  const kind = value['kind'];
  return typeof kind === 'string' && isKind(kind) && KINDS[kind].every((key) => key in value);
}

function isKind(kind: string): kind is Seen['kind'] {
  return Object.hasOwn(KINDS, kind);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
