/** One way in which a token is copied or configured wrongly, and how to undo it. */
type Repair = readonly [name: string, undo: (value: string) => string];

const STEPS: readonly Repair[] = [
  ['white space around it', (value) => value.trim()],
  ['quotes around it', unquoted],
  ['a scheme word before it', (value) => value.replace(/^(?:(?:bearer|token)[\s:=]+)+/i, '')],
  ['full-width characters', (value) => value.normalize('NFKC')],
  ['white space inside it', (value) => value.replace(/\s+/g, '')],
];

/** The values that may have been meant instead of this one, each with all that had to be undone. At most a dozen, so that each can be hashed. */
export function repairs(value: string): [string, string][] {
  const decoded = percentDecoded(value);
  const found = undone(value, []);
  if (decoded !== value) found.push(...undone(decoded, ['percent-encoding']));
  return found.filter(([, repaired]) => repaired !== '' && repaired !== value);
}

function undone(value: string, names: readonly string[]): [string, string][] {
  const found: [string, string][] = [[names.join(', '), value]];
  let current = value;
  let done = names;
  for (const [name, undo] of STEPS) {
    const next = undo(current);
    if (next === current) continue;
    current = next;
    done = [...done, name];
    found.push([done.join(', '), current]);
  }
  return found;
}

const QUOTES = new Set('"\'`“”‘’«»');

/** Each character is looked at once: a pattern that ends in `+$` would take a second for a stranger's token of quotes. */
function unquoted(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && QUOTES.has(value.charAt(from))) from += 1;
  while (to > from && QUOTES.has(value.charAt(to - 1))) to -= 1;
  return value.slice(from, to).trim();
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
