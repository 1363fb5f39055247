import { type Outcome, refuse } from '../../kernel/outcome.ts';
import type { User } from '../model.ts';
import { isUid } from './uid.ts';
import type { Users } from './users.ts';

/** How many accounts one call may name; WuKongIM back ends send whole groups at once. */
const MAX_UIDS_PER_CALL = 20_000;

/** Makes the accounts that are missing, in order and without repeats: a back end may name somebody who has never connected. */
export async function ensurePeople(users: Users, uids: readonly string[]): Promise<Outcome<readonly User[]>> {
  const wanted = [...new Set(uids)];
  if (wanted.length > MAX_UIDS_PER_CALL) return refuse('limit.objects', { given: wanted.length, limit: MAX_UIDS_PER_CALL });
  const invalid = wanted.find((uid) => !isUid(uid));
  if (invalid !== undefined) return refuse('wk.uid_invalid', { uid: invalid.slice(0, 128) });
  return users.ensurePeople(wanted);
}
