import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HashIndex } from '../../src/store/sqlite/hash-index.ts';

/** Few hashes, so that keys collide and probes run into one another. */
const key = fc.tuple(fc.nat(3), fc.nat(60));

test('the duplicate index finds exactly what is in it, also while it grows', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 400 }), fc.nat(12_000), (steps, others) => {
      const index = new HashIndex();
      const model = new Map<string, { high: number; low: number; ids: Set<number> }>();
      const entryOf = (high: number, low: number) => {
        const name = `${high}/${low}`;
        const entry = model.get(name) ?? { high, low, ids: new Set<number>() };
        model.set(name, entry);
        return entry;
      };
      let id = 0;
      const insert = (high: number, low: number): void => {
        id += 1;
        index.insert(high, low, id);
        entryOf(high, low).ids.add(id);
      };
      // Enough other keys to bring it near, or past, a growth.
      for (let n = 0; n < others; n++) insert(0x8000_0000 + n, n * 7919);
      for (const [[high, low], add] of steps) {
        const { ids } = entryOf(high, low + 1);
        const [oldest] = ids;
        if (add || oldest === undefined) insert(high, low + 1);
        else {
          index.remove(high, low + 1, oldest);
          ids.delete(oldest);
        }
      }
      let size = 0;
      for (const { high, low, ids } of model.values()) {
        const found = new Set<number>();
        index.find(high, low, (one) => {
          found.add(one);
          return false;
        });
        assert.deepEqual(found, ids);
        size += ids.size;
      }
      assert.equal(index.size, size);
    }),
    { numRuns: 60 },
  );
});
