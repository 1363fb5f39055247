const KEYS = ['error_description', 'message', 'msg', 'wording', 'detail', 'error'];

/** What a refusal in JSON says to people; null when it says nothing. The body may be cut off. */
export function saying(body: string): string | null {
  for (const key of KEYS) {
    const said = new RegExp(`"${key}"\\s*:\\s*"((?:[^"\\\\]|\\\\.){1,160})"`).exec(body)?.[1];
    if (said !== undefined) return said;
  }
  return null;
}
