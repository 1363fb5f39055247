// Finds Node 24, or fetches it from npm as a package, so that any Node 20 or newer can start everything.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = '24.21.0';
export const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

/** Path of a node binary of version ≥ 24.11. */
export function node24() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 11)) return process.execPath;
  const folder = join(root, '.node');
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const names = [name, name.replace('node-', 'node-bin-')];
  const binaryOf = (one) => join(folder, 'node_modules', one, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const present = names.map(binaryOf).find((path) => existsSync(path));
  if (present !== undefined) return present;
  process.stderr.write(`Fetching Node ${VERSION} (this one is ${process.versions.node}) …\n`);
  mkdirSync(folder, { recursive: true });
  for (const one of names) {
    run(
      'npm',
      [
        'install',
        '--prefix',
        folder,
        '--no-save',
        '--no-package-lock',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        `${one}@${VERSION}`,
      ],
      { allowFailure: one !== names.at(-1) },
    );
    if (existsSync(binaryOf(one))) return binaryOf(one);
  }
  throw new Error(`Node ${VERSION} could not be fetched for ${process.platform} ${process.arch}; install Node 24 and try again`);
}

/** Runs a step to its end with its output on stderr; a failure ends the process. */
export function run(command, args, { allowFailure = false, env = process.env, cwd = root } = {}) {
  const done = spawnSync(command, args, { cwd, env, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (done.status !== 0 && !allowFailure) {
    process.stderr.write(`${command} ${args.join(' ')} failed\n`);
    process.exit(done.status ?? 1);
  }
  return done.status === 0;
}
