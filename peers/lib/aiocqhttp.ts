import { installed, type Program, type SnippetFile, startProgram } from './program.ts';

/** An unmodified aiocqhttp started from exactly these files, with the pinned packages. */
export function startAiocqhttp(files: readonly SnippetFile[]): Promise<Program> {
  const command = installed('HUFU_PEERS_AIOCQHTTP');
  return startProgram({ name: 'aiocqhttp', files, command, args: ['bot.py'], ready: /Running on http/ });
}
