import { readFileSync } from 'node:fs';
import type { Terminal } from './terminal.ts';

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return {
    env: process.env,
    stdin: process.stdin,
    out: (line) => void process.stdout.write(line),
    err: (line) => void process.stderr.write(line),
    interactive: process.stderr.isTTY === true,
    version,
  };
}
