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
export async function openAdminSecret(directory: Directory, keyring: Keyring, given: string): Promise<AdminSecret> {
  const kept = await directory.setting(SETTING);
  let generated: string | null = null;
  let hashHex = kept;
  if (given !== '') hashHex = hex(keyring.hash(given));
  else if (kept === null) {
    generated = newToken('hfa_');
    hashHex = hex(keyring.hash(generated));
  }
  if (hashHex !== null && hashHex !== kept) await directory.saveSetting(SETTING, hashHex);
  const expected = Buffer.from(hashHex ?? '', 'hex');
  return { generated, matches: (value) => timingSafeEqual(expected, keyring.hash(value)) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
