import type { NoteSeen } from '../../model/facts.ts';

/** What a Nacos token says of itself: algorithm and end of life. Its subject and signature stay where they are. */
export function claimsOf(token: string, clockMs: number): NoteSeen['values'] {
  const [head = '', body = '', signature] = token.split('.');
  const header = decode(head);
  const claims = decode(body);
  if (header === null || claims === null || signature === undefined) return { jwt: false };
  const expires = Number(claims['exp'] ?? Number.NaN);
  return {
    jwt: true,
    alg: String(header['alg'] ?? '').slice(0, 8),
    ...(Number.isFinite(expires)
      ? { expires: new Date(expires * 1000).toISOString(), secondsLeft: Math.round(expires - clockMs / 1000) }
      : {}),
  };
}

function decode(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
