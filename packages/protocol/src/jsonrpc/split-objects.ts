/** More in one text is a flood, not a client. */
const MAX_OBJECTS = 256;

/** Cuts concatenated JSON objects apart. What follows the last complete object (or stands between two) is a part of its own, for the parser to refuse. */
export function splitObjects(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
      continue;
    }
    if (char === '"') inString = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth > 0) continue;
      depth = 0;
      parts.push(text.slice(start, at + 1));
      start = at + 1;
      if (parts.length === MAX_OBJECTS) break;
    }
  }
  if (text.slice(start).trim() !== '') parts.push(text.slice(start));
  return parts;
}
