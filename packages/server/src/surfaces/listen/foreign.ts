/** Another protocol, whose client was pointed at the chat port by mistake. */
export interface Foreign {
  readonly name: 'http' | 'tls' | 'proxy';
  readonly problem: string;
}

/** By its first words; null when they may be WKProto or JSON-RPC. */
export function foreignProtocol(first: Uint8Array): Foreign | null {
  if (first[0] === 0x16 && first[1] === 0x03) return { name: 'tls', problem: 'a TLS handshake: this listener takes plain TCP' };
  const text = Buffer.from(first.subarray(0, 16)).toString('latin1');
  if (/^(GET|POST|PUT|HEAD|OPTIONS|DELETE|PATCH|CONNECT) /.test(text))
    return { name: 'http', problem: 'an HTTP request: HTTP is served on another port' };
  if (/^(PROXY |\r\n\r\n\0\r\nQUIT\n)/.test(text))
    return { name: 'proxy', problem: 'a PROXY protocol preamble: it is not trusted here' };
  return null;
}
