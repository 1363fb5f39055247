import type { LineSeen, Seen } from '../model/facts.ts';
import { redact } from '../tools/redact.ts';
import { logPatterns } from './patterns/index.ts';

const SHOWN = 160;
/** Colours of a terminal. */
const COLOUR = /\u001b\[[\d;]{0,16}m/g;

/** How much was read, and one fact per pattern that matched: where first, how often, and the line without its secrets. */
export async function readLog(lines: AsyncIterable<string> | Iterable<string>): Promise<Record<string, Seen>> {
  const seen = new Map<string, LineSeen>();
  let count = 0;
  for await (const raw of lines) {
    count += 1;
    const line = raw.replace(COLOUR, '');
    for (const { id, match, software } of logPatterns) {
      const groups = match.exec(line);
      if (groups === null) continue;
      const first = seen.get(id);
      if (first !== undefined) seen.set(id, { ...first, times: first.times + 1 });
      else seen.set(id, lineSeen(software, { line: count, text: shown(line), values: valuesOf(groups.groups ?? {}) }));
    }
  }
  const understood = [...seen].toSorted(([, a], [, b]) => a.line - b.line);
  return { log: { kind: 'note', request: 'read', values: { lines: count }, ms: 0 }, ...Object.fromEntries(understood) };
}

function lineSeen(software: string, what: Pick<LineSeen, 'line' | 'text' | 'values'>): LineSeen {
  return { kind: 'line', request: software, times: 1, ...what, ms: 0 };
}

function valuesOf(groups: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(groups).filter(([name, value]) => value !== undefined && !name.startsWith('secret'));
  return Object.fromEntries(kept.map(([name, value]) => [name, redact(value ?? '', {}).trim()]));
}

function shown(line: string): string {
  // WuKongIM writes both tokens in clear.
  return redact(line.replace(/"(expectToken|actToken)":\s*"[^"]+"/g, '"$1":"‹hidden›"'), {})
    .replace(/([?&](?:access_?token|token|password)=)[^&\s"]+/gi, '$1‹hidden›')
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, SHOWN);
}
