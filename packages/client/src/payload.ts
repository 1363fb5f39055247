import { isRecord } from './result.ts';
import type { Payload } from './types.ts';

/** Payload bytes travel as base64 of UTF-8 JSON. */
export function encodePayload(payload: Payload): string {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  let binary = '';
  // In slices: a spread of a long array overflows the stack.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

/** null when the text is not base64 of a JSON object. Some peers put the object itself in the field: accepted. */
export function decodePayload(value: unknown): Payload | null {
  if (isRecord(value)) return value;
  if (typeof value !== 'string') return null;
  try {
    const bytes = Uint8Array.from(atob(value), (char) => char.charCodeAt(0));
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
