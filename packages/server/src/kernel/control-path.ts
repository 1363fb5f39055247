import { join } from 'node:path';

/** The running server's private socket: whoever can open it may read everything, so it is mode 0600 in the data folder. */
export function controlSocketPath(dataDir: string): string {
  return join(dataDir, 'hufu.sock');
}
