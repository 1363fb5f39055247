import { type Outcome, ok, refuse } from '../../kernel/outcome.ts';
import type { User } from '../model.ts';
import type { Directory } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { checkAccountUid } from './account-rules.ts';
import type { Users } from './users.ts';

export interface IssueTokenPorts {
  readonly users: Users;
  readonly directory: Pick<Directory, 'saveDeviceToken'>;
  readonly bus: ChangeBus;
}

export interface IssueTokenCommand {
  readonly uid: string;
  /** Keyed hash of the token; the value itself never comes this far. */
  readonly hash: Uint8Array;
  /** 0 APP, 1 WEB, 2 PC, …255. */
  readonly deviceFlag: number;
  /** 1 = master: the only live device of its flag. */
  readonly deviceLevel: 0 | 1;
  readonly name?: string;
}

/**
 * Registers the one token of (uid, device flag), replacing the last; makes the account when missing (WuKongIM `/user/token`).
 * Refuses `wk.uid_invalid`, `wk.reserved_identity`, `cred.wrong_kind` (a bot), `wk.banned`. Ending live sessions of a replaced master is the caller's: they live in the hub.
 */
export async function issueDeviceToken(ports: IssueTokenPorts, command: IssueTokenCommand): Promise<Outcome<User>> {
  const allowed = checkAccountUid(command.uid);
  if (!allowed.ok) return allowed;
  const known = await ports.users.get(command.uid);
  if (known !== null && known.kind !== 'person') return refuse('cred.wrong_kind', { uid: command.uid, accountKind: known.kind });
  if (known?.banned === true) return refuse('wk.banned', { uid: command.uid });
  const user = await ports.users.ensurePerson(command.uid, command.name);
  if (!user.ok) return user;
  const { uid, deviceFlag, deviceLevel, hash } = command;
  const saved = publish(ports.bus, await ports.directory.saveDeviceToken({ uid, deviceFlag, deviceLevel, hash }));
  return saved.ok ? ok(user.value) : saved;
}
