import { createServer } from 'node:net';
import { installed, type Program, type SnippetFile, startProgram, stopPrograms } from './program.ts';

export type { SnippetFile };
export type NoneBot = Program;

export const stopNoneBots = stopPrograms;

/** An unmodified NoneBot started from exactly these files, with the pinned packages. */
export function startNoneBot(files: readonly SnippetFile[]): Promise<NoneBot> {
  const python = installed('HUFU_PEERS_PYTHON');
  return startProgram({ name: 'NoneBot', files, command: python, args: ['bot.py'], ready: /Uvicorn running on/ });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
