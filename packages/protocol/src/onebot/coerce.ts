/** Values as OneBot clients send them: over GET and forms everything is a string, and Koishi turns digits into numbers. All return null for "no such value". */

/** Largest account or group number handed out. */
export const MAX_NUMERIC_ID = 4_294_967_294;
/** Shiro parses message ids as int32. */
export const MAX_MESSAGE_ID = 2_147_483_647;

const DECIMAL = /^[0-9]{1,16}$/;

/** A whole number from 0 to `max`, given as number or decimal string. */
export function toNaturalInt(value: unknown, max: number = Number.MAX_SAFE_INTEGER): number | null {
  let number: number;
  if (typeof value === 'number') number = value;
  else if (typeof value === 'string' && DECIMAL.test(value.trim())) number = Number(value.trim());
  else return null;
  // `-0` is an integer too; answer plain zero.
  return Number.isSafeInteger(number) && number >= 0 && number <= max ? number + 0 : null;
}

/** `message_id`, from 1 on. */
export function toMessageId(value: unknown): number | null {
  const number = toNaturalInt(value, MAX_MESSAGE_ID);
  return number === 0 ? null : number;
}

/** An id inside a segment: a natural number in its canonical decimal form (face ids begin at 0). */
export function toSegmentId(value: unknown): string | null {
  const number = toNaturalInt(value);
  return number === null ? null : String(number);
}

/** true/false/1/0 and the strings 1, 0, true, false, yes, no in any case. */
export function toBoolean(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (value === 1) return true;
  if (value === 0) return false;
  if (typeof value !== 'string' || value.length > 8) return null;
  const word = value.trim().toLowerCase();
  if (word === '1' || word === 'true' || word === 'yes') return true;
  if (word === '0' || word === 'false' || word === 'no') return false;
  return null;
}
