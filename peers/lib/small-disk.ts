import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, type TestServer } from './server.ts';

/** A server whose data folder is a small file system of its own, seen by it alone; its log goes there too. */
export interface SmallDisk {
  readonly server: TestServer;
  /** Takes all room that is left. */
  fill(): void;
  free(): void;
}

const MEGABYTES = 24;
const MOUNT = `mount -t tmpfs -o size=${MEGABYTES}m,mode=700 tmpfs "$0" && exec "$@" 2>>"$0/server.log"`;

export async function startOnSmallDisk(dataDir: string, yaml: string): Promise<SmallDisk> {
  const prefix = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', MOUNT, dataDir];
  const server = await startServer({ dataDir, prefix, yaml });
  // The folder as that process sees it.
  const folder = `/proc/${server.ready.pid}/root${dataDir}`;
  const ballast = join(folder, 'ballast');
  const megabyte = Buffer.alloc(1024 * 1024);
  return {
    server,
    fill() {
      const file = openSync(ballast, 'a');
      // Large pieces first, then what is left of a page.
      for (let bytes = megabyte.length; bytes >= 1; bytes = bytes >> 1) {
        while (writes(file, megabyte.subarray(0, bytes)));
      }
      closeSync(file);
      if (statfsSync(folder).bavail !== 0) throw new Error('the disk is not full');
    },
    free: () => rmSync(ballast),
  };
}

function writes(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) > 0;
  } catch {
    return false;
  }
}
