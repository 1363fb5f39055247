import type { Session } from '../../domain/model.ts';
import type { Directory } from '../../domain/ports.ts';
import { newToken } from '../../kernel/ids.ts';
import { type Outcome, ok } from '../../kernel/outcome.ts';
import type { Keyring } from './keyring.ts';

const PREFIX = 'hfs_';
const PERSON_MS = 30 * 24 * 3_600_000;
const OPERATOR_MS = 12 * 3_600_000;

export function isSessionToken(value: string): boolean {
  return value.startsWith(PREFIX);
}

export interface OpenedSession {
  /** Shown once. */
  readonly token: string;
  readonly expiresMs: number;
}

/** A session of the page: opaque, kept as a keyed hash. */
export async function openSession(
  input: { kind: Session['kind']; uid: string; nowMs: number },
  ports: { directory: Pick<Directory, 'saveSession'>; keyring: Keyring },
): Promise<Outcome<OpenedSession>> {
  const token = newToken(PREFIX);
  const expiresMs = input.nowMs + (input.kind === 'operator' ? OPERATOR_MS : PERSON_MS);
  const saved = await ports.directory.saveSession({
    hash: ports.keyring.hash(token),
    kind: input.kind,
    uid: input.uid,
    createdMs: input.nowMs,
    expiresMs,
  });
  return saved.ok ? ok({ token, expiresMs }) : saved;
}
