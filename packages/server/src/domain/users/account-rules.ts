import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { isUid } from './uid.ts';

/** The account in whose name back ends speak; made by the store's first migration. */
export const SYSTEM_UID = '____system';

/** WuKongIM's own accounts (`____system`, `____manager`, `____device`): nobody may log in as one of them. */
export function isReservedUid(uid: string): boolean {
  return uid.startsWith('____') || uid.endsWith('___vstr');
}

/** A uid that an account may have: addressable, and not one of the reserved identities. */
export function checkAccountUid(uid: string): Outcome<void> {
  if (!isUid(uid)) return refuse('wk.uid_invalid', { uid: uid.slice(0, 128) });
  return isReservedUid(uid) ? refuse('wk.reserved_identity', { uid }) : ok();
}

/** What breaks the text around a name: control characters, halves of characters, marks that turn the direction of writing. */
const BREAKS_TEXT = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;
const CAN_BE_SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** A name people see: trimmed, 1…64 characters, one that can be seen among them. */
export function checkName(field: string, name: string): Outcome<string> {
  const trimmed = name.trim();
  if (trimmed.length > 64 || !CAN_BE_SEEN.test(trimmed) || BREAKS_TEXT.test(trimmed))
    return refuse('http.bad_body', {
      field,
      reason: 'must be 1 to 64 characters that can be seen, without control characters and direction marks',
    });
  return ok(trimmed);
}
