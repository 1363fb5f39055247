import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './server.ts';

export interface NoneBot {
  readonly folder: string;
  output(): string;
  stop(): Promise<void>;
}

export interface SnippetFile {
  readonly path: string;
  readonly content: string;
}

const running = new Set<NoneBot>();

/** Ends what a failed test left running: an open child would keep the suite from ending. */
export async function stopNoneBots(): Promise<void> {
  await Promise.all([...running].map((bot) => bot.stop()));
}

/** An unmodified NoneBot started from exactly these files, with the pinned packages. */
export async function startNoneBot(files: readonly SnippetFile[]): Promise<NoneBot> {
  const python = process.env.HUFU_PEERS_PYTHON;
  if (python === undefined) throw new Error('HUFU_PEERS_PYTHON is not set: run through "npm run test:peers"');
  const folder = mkdtempSync(join(tmpdir(), 'hufu-nonebot-'));
  for (const file of files) writeFileSync(join(folder, file.path), file.content);
  const child: ChildProcess = spawn(python, ['bot.py'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONUNBUFFERED: '1' },
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until(`NoneBot to listen\n${output}`, () => /Uvicorn running on/.test(output) || child.exitCode !== null, 30_000);
  if (child.exitCode !== null) throw new Error(`NoneBot ended\n${output}`);
  const bot: NoneBot = {
    folder,
    output: () => output,
    async stop() {
      running.delete(bot);
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
  running.add(bot);
  return bot;
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
