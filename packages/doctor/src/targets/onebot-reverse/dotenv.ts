/**
 * The lines of a `.env` file as python-dotenv 1 reads them: quotes taken away, escapes resolved inside double quotes, a comment after
 * a blank and `#` cut from values without quotes. A line that it cannot read (an unclosed quote) sets nothing. Names as they stand.
 */
export function parseDotenv(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const line =
    /^[^\S\r\n]*(?:export[^\S\r\n]+)?('[^'\r\n]+'|[^='"#\s]+)[^\S\r\n]*=[^\S\r\n]*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|((?!['"])[^\r\n]*))[^\S\r\n]*(?:#[^\r\n]*)?$/gmu;
  for (const [, name = '', single, double, bare] of text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .matchAll(line)) {
    const value = single?.replace(/\\([\\'])/g, '$1') ?? (double === undefined ? bareValue(bare ?? '') : unescaped(double));
    found.set(name.replace(/^'|'$/g, ''), value);
  }
  return found;
}

function bareValue(text: string): string {
  return text.replace(/\s+#.*/, '').trimEnd();
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\u0007', b: '\b', f: '\f', v: '\v' };

function unescaped(text: string): string {
  return text.replace(/\\([\\'"abfnrtv])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}
