import { readFileSync } from 'node:fs';

/** One system call. Of two calls of different threads it is known which ended before the other began, and nothing more. */
export interface Syscall {
  readonly name: string;
  /** What the descriptor is: a path, `socket:[…]`. */
  readonly target: string;
  /** The bytes it carried, as far as they were traced. */
  readonly bytes: Buffer;
  readonly succeeded: boolean;
  /** Places in the one order of all beginnings and ends. */
  readonly began: number;
  readonly ended: number;
}

/** `strace` and its arguments: follows all threads, names descriptors, shows bytes in hex. */
export function stracePrefix(file: string, calls: readonly string[]): string[] {
  return ['strace', '-f', '-y', '-xx', '-s', '16384', '-e', `trace=${calls.join(',')}`, '-o', file];
}

const CALL = /^(\d+)\s+(\w+)\(\d+<((?:\\x\w\w)*)>(.*)$/;
const RESUMED = /^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$/;

/**
 * A line that is whole stands for a call that nothing came between; one that another thread's call interrupted is in two, `<unfinished ...>` and `<... resumed>`,
 * to be joined per thread.
 */
export function readTrace(file: string): Syscall[] {
  const calls: Syscall[] = [];
  const unfinished = new Map<string, { name: string; target: string; text: string; began: number }>();
  for (const [place, line] of readFileSync(file, 'latin1').split('\n').entries()) {
    const [, thread = '', name = '', target = '', text = ''] = CALL.exec(line) ?? [];
    if (name !== '') {
      const call = { name, target: unhex(target).toString(), text, began: place };
      if (text.endsWith('<unfinished ...>')) unfinished.set(thread, call);
      else calls.push(finished(call, text, place));
      continue;
    }
    const [, resumed = '', resumedName = '', rest = ''] = RESUMED.exec(line) ?? [];
    const begun = unfinished.get(resumed);
    if (begun?.name !== resumedName) continue;
    unfinished.delete(resumed);
    calls.push(finished(begun, rest, place));
  }
  return calls;
}

function finished(call: { name: string; target: string; text: string; began: number }, tail: string, ended: number): Syscall {
  const { name, target, text, began } = call;
  const bytes = Buffer.concat([...text.matchAll(/"((?:\\x\w\w)*)"/g)].map((match) => unhex(match[1] ?? '')));
  return { name, target, bytes, succeeded: / = \d+(?:<.*>)?$/.test(tail), began, ended };
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}
