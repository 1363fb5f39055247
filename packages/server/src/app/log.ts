import { writeSync } from 'node:fs';
import pino from 'pino';
import type { Log } from '../kernel/log.ts';

const STDERR = 2;

/** The log of the server: JSON lines on stderr. */
export function openLog(level: string, fd = STDERR): Log {
  return pino({ level, base: null }, lineSink(fd));
}

/**
 * Lines that cannot be written, to a full disk or a pipe that nobody holds, are dropped: the server must not stand still, or fall, over its log. pino's own
 * destination tries the same write again for as long as it fails.
 */
function lineSink(fd: number): { write(line: string): void } {
  let dropped = 0;
  return {
    write(line) {
      try {
        // What failed may have left half a line.
        const missed =
          dropped === 0
            ? ''
            : `\n${JSON.stringify({ level: 40, time: Date.now(), dropped, msg: 'log lines could not be written' })}\n`;
        writeAll(fd, Buffer.from(missed + line));
        dropped = 0;
      } catch {
        dropped += 1;
      }
    },
  };
}

/** One call may write a part. */
function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
