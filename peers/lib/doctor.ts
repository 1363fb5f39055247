import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { runDoctor } from '@hufu/doctor/cli';

/** The command that stands alone, `npx @hufu/doctor`: it starts in half the time of `hufu doctor`, which is the same code. */
const ALONE = new URL('../../packages/doctor/src/bin.ts', import.meta.url).pathname;
const HUFU = new URL('../../packages/server/src/main.ts', import.meta.url).pathname;

export interface DoctorAnswer {
  readonly exit: number;
  /** Codes of the causes, surest first. */
  readonly codes: readonly string[];
  readonly warnings: readonly string[];
  readonly report: {
    readonly causes: readonly {
      readonly code: string;
      readonly confidence: string;
      readonly evidence: readonly string[];
      readonly edits: readonly { readonly software: string; readonly file: string; readonly change: string }[];
    }[];
    readonly evidence: readonly { readonly id: string; readonly request: string; readonly result: string; readonly ms: number }[];
    readonly settled: readonly { readonly en: string }[];
    readonly open: readonly { readonly en: string }[];
  };
  readonly text: string;
}

/** Runs the doctor as a person would, in a process of its own; secrets go by environment. With `hufu` first among the arguments, through the server's command. */
export async function askDoctor(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<DoctorAnswer> {
  const command = args[0] === 'hufu' ? [HUFU, 'doctor', ...args.slice(1)] : [ALONE, ...args];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
  const exit = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  return answerOf(args, exit, out + err);
}

/** The same inside this process, for a fault that lasts a moment only. */
export async function askDoctorHere(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<DoctorAnswer> {
  let out = '';
  const exit = await runDoctor([...args, '--json'], {
    env,
    stdin: Readable.from([]),
    out: (text) => void (out += text),
    err: (text) => void (out += text),
    interactive: false,
    version: '0',
  });
  return answerOf(args, exit, out);
}

function answerOf(args: readonly string[], exit: number, out: string): DoctorAnswer {
  if (!out.startsWith('{')) throw new Error(`doctor ${args.join(' ')} ended with ${exit}\n${out}`);
  const report = JSON.parse(out) as DoctorAnswer['report'] & { warnings: readonly { code: string }[] };
  return {
    exit,
    codes: report.causes.map((one) => one.code),
    warnings: report.warnings.map((one) => one.code),
    report,
    text: out,
  };
}
