import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './server.ts';

export interface SnippetFile {
  readonly path: string;
  readonly content: string;
}

/** A program of a bot author, running in a folder of its own. */
export interface Program {
  readonly folder: string;
  /** The last 200 000 characters that it wrote. */
  output(): string;
  stop(): Promise<void>;
}

export interface ProgramStart {
  readonly name: string;
  readonly files: readonly SnippetFile[];
  readonly command: string;
  readonly args: readonly string[];
  /** What it writes when it listens. */
  readonly ready: RegExp;
  /** A folder whose `node_modules` it is to find. */
  readonly packages?: string;
}

const running = new Set<Program>();

/** Ends what a failed test left running: an open child would keep the suite from ending. */
export async function stopPrograms(): Promise<void> {
  await Promise.all([...running].map((program) => program.stop()));
}

/** Starts it from exactly these files and waits until it listens. */
export async function startProgram(start: ProgramStart): Promise<Program> {
  const { name, files, command, args, ready, packages } = start;
  const folder = mkdtempSync(join(tmpdir(), `hufu-${name.toLowerCase()}-`));
  for (const file of files) writeFileSync(join(folder, file.path), file.content);
  if (packages !== undefined) symlinkSync(join(packages, 'node_modules'), join(folder, 'node_modules'), 'dir');
  const child: ChildProcess = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a shell would make it: Koishi is two processes, and Ctrl-C reaches both.
    detached: true,
    env: { ...process.env, PYTHONUNBUFFERED: '1', NODE_ENV: '' },
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const program: Program = {
    folder,
    output: () => output,
    async stop() {
      running.delete(program);
      signalGroup(child, 'SIGINT');
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  running.add(program);
  try {
    await until(`${name} to listen`, () => ready.test(output) || child.exitCode !== null, 30_000);
  } catch (error) {
    throw new Error(`${String(error)}\n${output}`);
  }
  if (child.exitCode !== null) throw new Error(`${name} ended\n${output}`);
  return program;
}

function signalGroup(child: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, signal);
}

/** What `scripts/peers.mjs` installed. */
export function installed(variable: string): string {
  const place = process.env[variable];
  if (place === undefined) throw new Error(`${variable} is not set: run through "npm run test:peers"`);
  return place;
}
