import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const ANY_PORT = '127.0.0.1:0';

export interface StartedByNpm {
  /** All that came out, both streams together. */
  readonly output: string;
  /** From the start of npm to the line that says so, ms; null when it ended instead. */
  readonly readyMs: number | null;
  /** Processor time of npm and all that it started up to that line, ms. */
  readonly cpuMs: number;
  readonly exitCode: number | null;
  /** SIGTERM to npm, as a service manager would; answers npm's exit code. */
  stop(): Promise<number | null>;
}

/** What is committed, as a stranger gets it. */
export function cloneInto(folder: string): void {
  execFileSync('git', ['clone', '--quiet', ROOT, folder]);
}

/** `npm start` in a clone with the Node of this machine and no terminal; returns when the server says that it is ready, or when npm has ended. */
export function npmStart(clone: string, dataDir: string, timeoutMs: number): Promise<StartedByNpm> {
  const startedMs = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env: {
      ...strangersEnv(),
      LC_ALL: 'C.UTF-8',
      HUFU_DATA_DIR: dataDir,
      HUFU_LISTEN_HTTP: ANY_PORT,
      HUFU_LISTEN_TCP: ANY_PORT,
      HUFU_LISTEN_WS: ANY_PORT,
      HUFU_LISTEN_ONEBOT_HTTP: ANY_PORT,
      HUFU_LISTEN_ONEBOT_WS: ANY_PORT,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that nothing of it outlives a failed test.
    detached: true,
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    let output = '';
    const answer = (readyMs: number | null) => {
      clearTimeout(timer);
      const cpuMs = cpuMsOfGroup(child.pid ?? 0);
      resolve({
        get output() {
          return output;
        },
        readyMs,
        cpuMs,
        exitCode: child.exitCode,
        async stop() {
          child.kill('SIGTERM');
          const late = setTimeout(() => killGroup(child), 10_000);
          const code = await ended;
          clearTimeout(late);
          return code;
        },
      });
    };
    const timer = setTimeout(() => {
      killGroup(child);
      reject(new Error(`npm start was not ready within ${timeoutMs} ms\n${output}`));
    }, timeoutMs);
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
      // What follows the first line of the greeting is written together with it.
      if (/is ready\.[\s\S]*\n$/.test(output)) answer(performance.now() - startedMs);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    void ended.then(() => answer(null));
  });
}

/** The files below a folder that hold these bytes; installed packages are not looked at. */
export function filesHolding(folder: string, text: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|\.node)$/.test(entry.name) ? [] : filesHolding(path, text);
    return statSync(path).isFile() && readFileSync(path).includes(text) ? [path] : [];
  });
}

/** Linux counts in ticks of 10 ms; what ended and was waited for is in its parent's numbers. */
function cpuMsOfGroup(group: number): number {
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // After the name in brackets: state, ppid, pgrp, … utime is the 12th, then stime, cutime, cstime.
      const fields = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '').split(' ');
      if (Number(fields[2]) === group) for (const field of fields.slice(11, 15)) ticks += Number(field);
    } catch {
      // It ended while this was read.
    }
  }
  return ticks * 10;
}

/** This process's environment without what npm and this checkout put into it. */
function strangersEnv(): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(HUFU_|npm_|NODE_|INIT_CWD$)/i.test(name)));
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => !/node_modules/.test(folder));
  return { ...env, PATH: folders.join(delimiter) };
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
