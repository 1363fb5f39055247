import type { LookupFunction } from 'node:net';
import type { Address } from '../model/facts.ts';

/** Makes a client connect to the address that was resolved before, whatever the name says by now. */
export function pinned(address: Address | undefined): { lookup?: LookupFunction } {
  if (address === undefined) return {};
  return {
    lookup: (_host, options, answer) => {
      if (options.all === true) answer(null, [{ ...address }]);
      else answer(null, address.address, address.family);
    },
  };
}
