import { type Outcome, refuse } from '../../kernel/outcome.ts';
import type { User } from '../model.ts';
import type { Directory } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { checkAccountUid, checkName } from './account-rules.ts';

export interface CreatePersonPorts {
  readonly directory: Pick<Directory, 'user' | 'ensureUser' | 'saveUser' | 'savePassword'>;
  readonly bus: ChangeBus;
}

export interface CreatePersonCommand {
  readonly uid: string;
  readonly name: string;
  /** Verifier text made by policy, never the password; null keeps the password there is. */
  readonly passwordVerifier: string | null;
  /** May this account's bots dial loopback and private addresses. */
  readonly privateTargets: boolean;
}

/** Makes a person who can log in on the page; for a person that is already there, sets name and password (an operator's reset), which ends its sessions. */
export async function createPerson(ports: CreatePersonPorts, command: CreatePersonCommand): Promise<Outcome<User>> {
  const { uid, privateTargets } = command;
  const allowed = checkAccountUid(uid);
  // The caller's own login is fine, so this must not look like a refused credential.
  if (!allowed.ok)
    return refuse('http.bad_body', {
      field: 'uid',
      reason: 'must be 1 to 128 characters without @ # &, and none of the reserved names',
    });
  const name = checkName('name', command.name);
  if (!name.ok) return name;
  const known = await ports.directory.user(uid);
  if (known !== null && known.kind !== 'person')
    return refuse('http.bad_body', { field: 'uid', reason: 'this uid belongs to an account that is no person' });

  const made = publish(ports.bus, await ports.directory.ensureUser({ uid, kind: 'person', name: name.value, privateTargets }));
  if (!made.ok) return made;
  const saved = publish(ports.bus, await ports.directory.saveUser(uid, { name: name.value, privateTargets }));
  if (!saved.ok || command.passwordVerifier === null) return saved;
  const kept = await ports.directory.savePassword(uid, command.passwordVerifier);
  return kept.ok ? saved : kept;
}
