/** What one peer is behind an address: of IPv6 a household has all that begin with the same 64 bits. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [left = '', right] = address.replace(/%.*$/, '').split('::');
  const head = left.split(':').filter((part) => part !== '');
  const tail = (right ?? '').split(':').filter((part) => part !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...(right === undefined ? [] : zeros), ...tail].slice(0, 4).join(':');
}
