import { join } from 'node:path';
import { installed, type Program, type SnippetFile, startProgram } from './program.ts';

/** An unmodified Koishi started from exactly these files, with the pinned packages. */
export function startKoishi(files: readonly SnippetFile[]): Promise<Program> {
  const packages = installed('HUFU_PEERS_KOISHI');
  return startProgram({
    name: 'Koishi',
    files,
    command: process.execPath,
    args: [join(packages, 'node_modules/koishi/bin.js'), 'start'],
    ready: /server listening at/,
    packages,
  });
}
