/**
 * Starts many at the same time. When one fails the others are waited for and closed: a suite cannot close what it was never given, and what stays open keeps its
 * file from ending. Programs have no `close`; they end with stopPrograms.
 */
export async function startAll<const T extends readonly unknown[]>(
  starting: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(starting);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed === undefined) return Promise.all(starting);
  for (const one of settled) if (one.status === 'fulfilled' && isClosable(one.value)) await one.value.close();
  throw failed.reason;
}

function isClosable(value: unknown): value is { close(): unknown } {
  return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}
