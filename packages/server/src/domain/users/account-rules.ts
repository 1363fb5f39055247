import { isUid } from '../messages/send-message.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';

/** WuKongIM's own accounts (`____system`, `____manager`, `____device`): nobody may log in as one of them. */
export function isReservedUid(uid: string): boolean {
  return uid.startsWith('____') || uid.endsWith('___vstr');
}

/** A uid that an account may have: addressable, and not one of the reserved identities. */
export function checkAccountUid(uid: string): Outcome<void> {
  if (!isUid(uid)) return refuse('wk.uid_invalid', { uid: uid.slice(0, 128) });
  return isReservedUid(uid) ? refuse('wk.reserved_identity', { uid }) : ok();
}

/** A name people see: trimmed, 1…64 characters, no control characters. */
export function checkName(field: string, name: string): Outcome<string> {
  const trimmed = name.trim();
  if (trimmed.length === 0 || trimmed.length > 64 || /\p{Cc}/u.test(trimmed)) {
    return refuse('http.bad_body', { field, reason: 'must be 1 to 64 characters without control characters' });
  }
  return ok(trimmed);
}
