/** The network that stands for one peer: the address itself, of IPv6 its first 64 bits, all of which one household has. */
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
