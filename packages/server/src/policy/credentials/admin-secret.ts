import { timingSafeEqual } from 'node:crypto';
import type { Directory } from '../../domain/ports.ts';
import { newToken } from '../../kernel/ids.ts';
import { ok, type Outcome } from '../../kernel/outcome.ts';
import type { Keyring } from './keyring.ts';

const SETTING = 'adminSecretHash';

/**
 * It opens everything, and nothing slows down who guesses it: at ten thousand tries a second eight random letters last less than a year, sixteen for ever. Fewer
 * different characters are a pattern, which is tried first; a random value of that length has more, even in decimal digits.
 */
const STRONG_LENGTH = 16;
const STRONG_VARIETY = 6;

export interface AdminSecret {
  matches(value: string): boolean;
  /** The secret made on this first start, to be printed once; null afterwards, and when it was given. */
  readonly generated: string | null;
  /** It was given to this start and is one that can be guessed. */
  readonly isWeak: boolean;
  /**
   * Makes it the secret of the next starts too. Called when the server is up and about to print it: a first start that fails before (a port is taken) has shown
   * nothing, and a secret kept then would lock the operator out.
   */
  keep(): Promise<Outcome<void>>;
}

/** The operator's first credential: given by the config, or generated on the first start. Only its keyed hash is kept. */
export async function openAdminSecret(
  directory: Pick<Directory, 'setting' | 'saveSetting'>,
  keyring: Keyring,
  given: string,
): Promise<AdminSecret> {
  const kept = await directory.setting(SETTING);
  const generated = given === '' && kept === null ? newToken('hfa_') : null;
  const shown = generated ?? given;
  const hashHex = shown === '' ? (kept ?? '') : hex(keyring.hash(shown));
  const expected = Buffer.from(hashHex, 'hex');
  return {
    generated,
    isWeak: given !== '' && (given.length < STRONG_LENGTH || new Set(given).size < STRONG_VARIETY),
    matches: (value) => timingSafeEqual(expected, keyring.hash(value)),
    keep: async () => (hashHex === kept ? ok() : directory.saveSetting(SETTING, hashHex)),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
