/**
 * Finds the source text of one member of a JSON object, so that it can be sent back unread: a number above 2^53 loses digits in
 * `JSON.parse`. Works on damaged text as far as it goes. The last of several members of one name counts, as in `JSON.parse`.
 *
 * @returns the member's JSON text, or null when there is none that is whole
 */
export function memberText(json: string, name: string): string | null {
  let at = skipBlank(json, 0);
  if (json[at] !== '{') return null;
  at = skipBlank(json, at + 1);
  let found: string | null = null;
  while (json[at] === '"') {
    const keyEnd = stringEnd(json, at);
    if (keyEnd < 0) return found;
    const isWanted = isKey(json.slice(at, keyEnd), name);
    at = skipBlank(json, keyEnd);
    if (json[at] !== ':') return found;
    const start = skipBlank(json, at + 1);
    const end = valueEnd(json, start);
    if (end < 0) return found;
    if (isWanted && isJson(json.slice(start, end))) found = json.slice(start, end);
    at = skipBlank(json, end);
    if (json[at] !== ',') return found;
    at = skipBlank(json, at + 1);
  }
  return found;
}

function skipBlank(json: string, from: number): number {
  let at = from;
  for (;;) {
    const code = json.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

/** Index after the closing quote of the string that opens at `from`; -1 when it is not closed. */
function stringEnd(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) return at + 1;
  }
  return -1;
}

/** Index after the value at `from`; -1 when the text ends inside it. Brackets are counted, not matched by kind. */
function valueEnd(json: string, from: number): number {
  const first = json[from];
  if (first === '"') return stringEnd(json, from);
  if (first !== '{' && first !== '[') {
    let at = from;
    while (at < json.length && !',]} \n\r\t'.includes(json.charAt(at))) at += 1;
    // A bare word that runs to the end of a cut frame may be half a number.
    return at === json.length ? -1 : at;
  }
  let depth = 0;
  for (let at = from; at < json.length; at += 1) {
    const char = json[at];
    if (char === '"') {
      at = stringEnd(json, at) - 1;
      if (at < 0) return -1;
    } else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/** Only a key with escapes needs to be parsed to be compared. */
function isKey(quoted: string, name: string): boolean {
  if (!quoted.includes('\\')) return quoted === `"${name}"`;
  try {
    return JSON.parse(quoted) === name;
  } catch {
    return false;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
