import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Environment of a program to whom this name has these addresses, in this order. The real resolver answers, from a hosts file of its own (libnss-wrapper). */
export function resolving(name: string, addresses: readonly string[]): Record<string, string> {
  const file = join(mkdtempSync(join(tmpdir(), 'hufu-hosts-')), 'hosts');
  writeFileSync(file, addresses.map((address) => `${address} ${name}\n`).join(''));
  return { LD_PRELOAD: 'libnss_wrapper.so', NSS_WRAPPER_HOSTS: file };
}
