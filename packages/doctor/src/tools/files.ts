import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';

const MAX_FILE = 64 * 1024;

/** The first 64 KiB of a regular file that really lies in the folder; null for everything else. */
export function readInside(folder: string, name: string): string | null {
  try {
    const root = realpathSync(folder);
    const path = realpathSync(join(root, name));
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return null;
    // The real path has no link left in it: one that appears now is not followed, and a pipe does not hold us up.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) return null;
      const bytes = Buffer.alloc(MAX_FILE);
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, MAX_FILE, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
