import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type DialEnd, FRESH, nextDial } from '../../src/surfaces/onebot/transports/backoff.ts';

describe('the time to the next dial', () => {
  test('grows by 1.7 from 3 s to 10 s while the peer cannot be reached', () => {
    let backoff = FRESH;
    const delays: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const next = nextDial(backoff, { kind: 'unreachable' }, 0.5);
      backoff = next.backoff;
      delays.push(next.delayMs);
    }
    assert.deepEqual(delays, [3000, 5100, 8670, 10_000, 10_000]);
  });
  test('begins anew after a minute of stable connection', () => {
    assert.equal(nextDial({ failures: 5, refusals: 0 }, { kind: 'lost', stableMs: 60_000 }, 0.5).delayMs, 3000);
  });
  test('is 10, 30, 60, then 300 s after refusals', () => {
    let backoff = FRESH;
    const delays = [1, 2, 3, 4, 5].map(() => {
      const next = nextDial(backoff, { kind: 'refused' }, 0.5);
      backoff = next.backoff;
      return next.delayMs / 1000;
    });
    assert.deepEqual(delays, [10, 30, 60, 300, 300]);
  });
  test('is 5 s while the peer may still hold our old session', () => {
    assert.equal(nextDial(FRESH, { kind: 'held', sinceDropMs: 20_000 }, 0.5).delayMs, 5000);
    assert.equal(nextDial(FRESH, { kind: 'held', sinceDropMs: 61_000 }, 0.5).delayMs, 10_000);
  });

  test('is spread by a fifth to both sides, and never longer than five minutes', () => {
    assert.equal(nextDial(FRESH, { kind: 'unreachable' }, 0).delayMs, 2400);
    assert.equal(nextDial(FRESH, { kind: 'unreachable' }, 1).delayMs, 3600);
    const end = fc.oneof(
      fc.constant<DialEnd>({ kind: 'unreachable' }),
      fc.constant<DialEnd>({ kind: 'refused' }),
      fc.nat(100_000).map((stableMs): DialEnd => ({ kind: 'lost', stableMs })),
      fc.nat(100_000).map((sinceDropMs): DialEnd => ({ kind: 'held', sinceDropMs })),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(end, fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 40 }), (ends) => {
        let backoff = FRESH;
        for (const [how, random] of ends) {
          const next = nextDial(backoff, how, random);
          backoff = next.backoff;
          assert.ok(next.delayMs >= 2400 && next.delayMs <= 300_000);
        }
      }),
      { numRuns: 300, seed: 11 },
    );
  });
});
