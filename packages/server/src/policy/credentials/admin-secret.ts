import { timingSafeEqual } from 'node:crypto';
import type { Directory } from '../../domain/ports.ts';
import { newToken } from '../../kernel/ids.ts';
import type { Keyring } from './keyring.ts';

const SETTING = 'adminSecretHash';

export interface AdminSecret {
  matches(value: string): boolean;
  /** The secret made on this first start, to be printed once; null afterwards, and when it was given. */
  readonly generated: string | null;
}

/** The operator's first credential: given by the config, or generated on the first start. Only its keyed hash is kept. */
export async function openAdminSecret(
  directory: Pick<Directory, 'setting' | 'saveSetting'>,
  keyring: Keyring,
  given: string,
): Promise<AdminSecret> {
  const kept = await directory.setting(SETTING);
  let generated: string | null = null;
  let hashHex = kept;
  if (given !== '') hashHex = hex(keyring.hash(given));
  else if (kept === null) {
    generated = newToken('hfa_');
    hashHex = hex(keyring.hash(generated));
  }
  if (hashHex !== null && hashHex !== kept) {
    const saved = await directory.saveSetting(SETTING, hashHex);
    // Printing a secret that the next start does not know would lock the operator out.
    if (!saved.ok) throw new Error(`the admin secret could not be kept: ${saved.refusal.code}`);
  }
  const expected = Buffer.from(hashHex ?? '', 'hex');
  return { generated, matches: (value) => timingSafeEqual(expected, keyring.hash(value)) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
