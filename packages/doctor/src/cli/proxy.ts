type Env = Readonly<Record<string, string | undefined>>;

/** The variable that sends a program of this machine through a proxy on its way to that address, if it reads such variables; null = none. */
export function proxyVariable(url: URL, env: Env): string | null {
  const own = /^(https|wss):$/.test(url.protocol) ? 'https_proxy' : /^(http|ws):$/.test(url.protocol) ? 'http_proxy' : null;
  if (own === null || isExempt(url.hostname, env['no_proxy'] ?? env['NO_PROXY'] ?? '')) return null;
  return [own, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]).find((name) => (env[name] ?? '') !== '') ?? null;
}

/** `NO_PROXY=localhost,.example.com,*` */
function isExempt(host: string, list: string): boolean {
  return list
    .split(',')
    .map((one) => one.trim().replace(/^\*?\./, ''))
    .some((one) => one === '*' || (one !== '' && (host === one || host.endsWith(`.${one}`))));
}
