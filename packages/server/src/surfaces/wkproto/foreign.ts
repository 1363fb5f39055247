/** First words of other protocols that people point at this port by mistake; null when it may be WKProto. */
export function foreignProtocol(first: Uint8Array): string | null {
  if (first[0] === 0x16 && first[1] === 0x03) return 'a TLS handshake: this listener takes plain TCP';
  const text = Buffer.from(first.subarray(0, 16)).toString('latin1');
  if (/^(GET|POST|PUT|HEAD|OPTIONS|DELETE|PATCH|CONNECT) /.test(text)) return 'an HTTP request: HTTP is served on another port';
  if (/^(PROXY |\r\n\r\n\0\r\nQUIT\n)/.test(text)) return 'a PROXY protocol preamble: it is not trusted here';
  return null;
}
