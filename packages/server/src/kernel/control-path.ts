import { openSync } from 'node:fs';
import { join, relative } from 'node:path';

/** `sun_path` of Linux has 108 bytes, of macOS 104, the closing zero included. */
const MAX_BYTES = 103;

/**
 * The running server's private socket: whoever can open it may read everything, so it is mode 0600 in the data folder. Below a deep folder the address does not
 * fit into a socket's name; then it is named from here, or (Linux) through a descriptor of the folder, which stays open.
 */
export function controlSocketPath(dataDir: string): string {
  const path = join(dataDir, 'hufu.sock');
  const fits = [path, relative(process.cwd(), path)].find((one) => Buffer.byteLength(one) <= MAX_BYTES);
  return fits ?? `/proc/self/fd/${openSync(dataDir, 'r')}/hufu.sock`;
}
