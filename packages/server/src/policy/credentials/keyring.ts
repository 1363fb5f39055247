import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, ok, refuse } from '../../kernel/outcome.ts';

/** The secrets of this installation, in `keys/` of the data folder with mode 0600, never in the database. */
export interface Keyring {
  /** Keyed hash (32 bytes) under which a presented credential is stored and looked up. */
  hash(value: string): Uint8Array;
  /** First 8 hex digits of a keyed hash: equal values look equal here and nowhere else. */
  fingerprint(value: string): string;
  /** For secrets that we must present to others. */
  seal(plain: string): Uint8Array;
  open(sealed: Uint8Array): Outcome<string>;
}

export function openKeyring(dataDir: string): Keyring {
  const folder = join(dataDir, 'keys');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Made a key once: from raw bytes each call would make it anew, which costs six times the hash.
  const pepper = createSecretKey(readOrMake(join(folder, 'pepper')));
  const master = readOrMake(join(folder, 'master'));
  const hash = (value: string) => createHmac('sha256', pepper).update(value, 'utf8').digest();
  return {
    hash,
    fingerprint: (value) => createHmac('sha256', pepper).update('fingerprint\0').update(value, 'utf8').digest('hex').slice(0, 8),
    seal: (plain) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', master, nonce);
      return Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    open: (sealed) => openSealed(master, sealed),
  };
}

function openSealed(master: Buffer, sealed: Uint8Array): Outcome<string> {
  try {
    const bytes = Buffer.from(sealed);
    const decipher = createDecipheriv('aes-256-gcm', master, bytes.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(bytes.subarray(-16));
    return ok(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8'));
  } catch {
    return refuse('srv.fault', { problem: 'a sealed secret does not open with the master key of this data folder' });
  }
}

function readOrMake(path: string): Buffer {
  try {
    writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  chmodSync(path, 0o600);
  const key = readFileSync(path);
  if (key.length !== 32) throw new Error(`${path} must hold 32 bytes`);
  return key;
}
