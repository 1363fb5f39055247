/** One way in which a token is copied or configured wrongly, and how to undo it. */
type Repair = readonly [name: string, undo: (value: string) => string];

const STEPS: readonly Repair[] = [
  ['white space around it', (value) => value.trim()],
  ['quotes around it', (value) => value.replace(/^["'`“”‘’«»]+|["'`“”‘’«»]+$/g, '').trim()],
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

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
