import { type Outcome, refuse } from '../../kernel/outcome.ts';
import type { User } from '../model.ts';
import type { Directory } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { checkAccountUid } from './account-rules.ts';
import type { Users } from './users.ts';

export interface SaveAccountPorts {
  readonly users: Users;
  readonly directory: Pick<Directory, 'saveUser'>;
  readonly bus: ChangeBus;
}

export interface SaveAccountCommand {
  readonly uid: string;
  /** May not connect, nor get a token. */
  readonly banned: boolean;
  /** May connect and read, not send. */
  readonly sendBan: boolean;
  readonly name?: string;
}

/**
 * Sets what a back end may say about an account (WuKongIM: the info of the person channel `uid`); makes a person when missing. Refuses `wk.uid_invalid`,
 * `wk.reserved_identity`. Ending live sessions of a banned account is the caller's: they live in the hub.
 */
export async function saveAccount(ports: SaveAccountPorts, command: SaveAccountCommand): Promise<Outcome<User>> {
  const { uid, banned, sendBan, name } = command;
  const allowed = checkAccountUid(uid);
  if (!allowed.ok) return allowed;
  const known = await ports.users.ensurePerson(uid);
  if (!known.ok) return known;
  if (known.value.kind === 'system') return refuse('wk.reserved_identity', { uid });
  const patch = { banned, sendBan, ...(name === undefined ? {} : { name }) };
  return publish(ports.bus, await ports.directory.saveUser(uid, patch));
}
